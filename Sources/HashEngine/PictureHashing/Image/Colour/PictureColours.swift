/// What is known of the colours of one picture, and whether to convert them.
package struct PictureColours {
  private let source: Result<ColourSource?, ImageError>

  /// - Parameter source: Finds what the file says; what it throws counts only for a picture as it is shown.
  package init(_ source: () throws(ImageError) -> ColourSource?) {
    do throws(ImageError) {
      self.source = .success(try source())
    } catch {
      self.source = .failure(error)
    }
  }

  /// See ``ColourConversion/shift(by:)``.
  var shift: Double? { ColourConversion.shift(by: try? source.get()) }

  /// The conversion for a picture as it is shown; `nil` for one as it is stored, whose sink hears instead that it
  /// is shown otherwise, and where none is needed.
  ///
  /// - Throws: ``ImageError`` when a browser may show colours that this program does not understand.
  package func conversion<Sink: RowSink>(
    of form: ColourForm, isShown: Bool, into sink: inout Sink
  ) throws(ImageError) -> ColourConversion? {
    do throws(ImageError) {
      let conversion = try ColourConversion.needed(by: try source.get(), form)
      if isShown { return conversion }
      if conversion != nil { sink.isShownOtherwise(.colour) }
    } catch {
      if isShown { throw error }
      sink.isShownOtherwise(.colour)
    }
    return nil
  }
}
