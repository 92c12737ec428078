internal import PictureHashing

/// The decoders that only a worker has: their libraries are large, have had more faults than most, and some bring
/// code under the GPL.
package enum WorkerCodecs {
  /// Makes them known, before the first picture.
  package static func install() {
    Codecs.install([HEIFDecoder.self, AVIFDecoder.self, JXLDecoder.self, TIFFDecoder.self])
  }
}
