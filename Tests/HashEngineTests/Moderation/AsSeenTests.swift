import SystemPackage
import TestSupport
import Testing

@testable import HashEngine
@testable import PictureHashing

/// A picture is compared as a browser shows it, over a white page and over a black one, and as it is stored.
@Suite struct AsSeenTests {
  private let fixture: ListFixture

  init() throws {
    fixture = try ListFixture()
    try fixture.importBystander()
  }

  /// Tiles of any tones, sixteen along each side.
  private static func tiles(seed: UInt64) -> PaintedPicture {
    var random = SeededGenerator(seed: seed)
    let tones = (0..<256).map { _ in Int.random(in: 0...255, using: &random) }
    return PaintedPicture(width: 160, height: 160) { x, y in tones[x / 10 * 16 + y / 10] }
  }

  private static let shown = tiles(seed: 41)
  private static let hidden = tiles(seed: 42)
  private static let negative = PaintedPicture(width: 160, height: 160) { x, y in
    255 - Int(shown.pixels[y * 160 + x])
  }
  private static func flat(_ tone: Int) -> PaintedPicture {
    PaintedPicture(width: 160, height: 160) { _, _ in tone }
  }

  private func list(_ picture: PaintedPicture, as id: String = "a") throws {
    let hash = try #require(try Fingerprint(of: picture.png.span).pdq)
    #expect(hash.isListable)
    try fixture.importText("\(hash.hash),\(id)\n", ImportOptions(kind: .pdq))
  }

  private func examine(_ bytes: [UInt8]) throws -> Examination {
    try Moderator(fixture.store, policy: MatchPolicy(endsEarly: false)).examine(bytes.span)
  }

  private func views(_ bytes: [UInt8]) throws -> [String] {
    guard case .match(let matches) = try examine(bytes).verdict else { return [] }
    return matches.map { "\($0.entry): \($0.view)" }
  }

  @Test func whatThePageShowsIsFound() throws {
    try list(Self.shown)
    // Black everywhere, and the picture in the alpha channel.
    #expect(try views(Self.flat(0).png(alpha: Self.negative)) == ["a: as in a browser"])
    // White everywhere: to be seen on a dark page.
    #expect(try views(Self.flat(255).png(alpha: Self.shown)) == ["a: on a black page"])
    // What is stored is what other tools hash, however little of it is seen.
    #expect(try views(Self.shown.png(alpha: Self.flat(3))) == ["a: as stored"])
    #expect(try views(Self.shown.png(alpha: Self.flat(255))) == ["a: as stored"])
    #expect(try views(Self.hidden.png(alpha: Self.flat(200))) == [])
  }

  @Test func viewsAreOfTheWhitePage() throws {
    try list(Self.shown)
    let mirrored = PaintedPicture(width: 160, height: 160) { x, y in
      Int(Self.negative.pixels[y * 160 + 159 - x])
    }
    #expect(try views(Self.flat(0).png(alpha: mirrored)) == ["a: as in a browser, mirrored"])
  }

  /// Opaque pictures are hashed once, with an alpha channel or without.
  @Test func opaquePicturesAreHashedOnce() throws {
    let plain = try Fingerprint(of: Self.shown.png.span)
    let opaque = try Fingerprint(of: Self.shown.png(alpha: Self.flat(255)).span)
    #expect(plain.frames == opaque.frames && plain.frames.count == 1)
  }

  @Test func aPictureLacksDetailOnlyIfEveryFormOfItDoes() throws {
    #expect(try examine(Self.flat(0).png(alpha: Self.flat(9))).lacksDetail)
    #expect(try !examine(Self.flat(0).png(alpha: Self.negative)).lacksDetail)
  }

  /// The stored pixels may be a harmless picture that nobody sees.
  @Test func aTakedownListsWhatIsSeen() throws {
    // Three quarters of white over tiles that hardly show.
    let file = Self.hidden.png(alpha: Self.flat(2))
    let seen = Self.flat(0).png(alpha: Self.negative)
    let picture = try Takedown(of: seen.span)
    try fixture.store.takeDown([picture], on: "own", reason: "r")
    #expect(try examine(seen).action == .block)
    #expect(try examine(Self.shown.png).action == .block)
    #expect(try examine(file).action == nil)
    let mixed = PaintedPicture(width: 160, height: 160) { x, y in
      Int(Self.hidden.pixels[y * 160 + x]) / 3
    }.png(alpha: Self.negative)
    let listed = try Takedown(of: mixed.span).hashes
    let stored = try #require(try Fingerprint(of: mixed.span).pdq?.hash)
    #expect(!listed.contains(ListedHash(stored)) && listed.count >= 2)
  }

  @Test func framesOverPagesAreReadAsTheyWereWritten() throws {
    let bytes = Self.hidden.png(alpha: Self.negative)
    let fingerprint = try Fingerprint(
      of: bytes.span, FingerprintRequest(kinds: [.pdq, .phash64], views: .upTo(.standard)))
    #expect(fingerprint.frames.map(\.backdrop) == [.none, .white, .black])
    #expect(fingerprint.frames[1].views.count > 5 && fingerprint.frames[2].views.isEmpty)
    #expect(Fingerprint(binary: fingerprint.binary.span.bytes) == fingerprint)
  }

  /// Frames of an animation, each over the page; what a frame leaves out shows the page.
  @Test func animationsAreSeenOverThePageToo() throws {
    try list(Self.shown)
    var png = PaintedAPNG(width: 160, height: 160)
    func pixels(_ tone: UInt8, _ alpha: PaintedPicture) -> [UInt8] {
      alpha.pixels.flatMap { [tone, $0] }
    }
    png.add(width: 160, height: 160, pixels: pixels(200, Self.flat(255)))
    png.add(width: 160, height: 160, pixels: pixels(0, Self.negative), blend: 0)
    #expect(try views(png.bytes) == ["a: as in a browser"])
    // Two tones: a GIF's pixels are opaque or not there at all.
    let stencil = PaintedPicture(width: 160, height: 160) { x, y in
      Self.shown.pixels[y * 160 + x] < 128 ? 0 : 7
    }
    try list(
      PaintedPicture(width: 160, height: 160) { x, y in
        stencil.pixels[y * 160 + x] == 0 ? 0 : 255
      }, as: "stencil")
    let gif = PaintedGIF(
      width: 160, height: 160, frames: [PaintedGIF.Frame(stencil, transparent: 7)])
    // Stored, it is a faded copy of what the page shows.
    #expect(try views(gif.bytes).contains { $0.hasPrefix("stencil: ") })
    let frames = try #require(try examine(gif.bytes).fingerprint).frames
    let page = try #require(frames.first { $0.backdrop == .white }?.pdq)
    #expect(page.isListable && page.quality > 50)
  }

  /// Frames are folded when they look alike, not when their hashes do: a fade has one look, another picture has not.
  @Test func framesFoldByTheirLook() {
    func look(_ picture: PaintedPicture) -> FrameLook {
      FrameLook(
        LumaGrid(width: picture.width, height: picture.height, aspect: 1, values: picture.pixels))
    }
    let first = look(Self.shown)
    #expect(first.isLike(look(Self.shown)) && first.isLike(look(Self.shown.dimmed(to: 0.3))))
    #expect(!first.isLike(look(Self.hidden)) && !first.isLike(look(Self.flat(7))))
    #expect(look(Self.flat(7)).isLike(look(Self.flat(200))))
    for (width, height) in [(1, 1), (1, 40), (40, 1), (15, 17), (512, 3)] {
      let painted = PaintedPicture.paint(.noise, width: width, height: height, seed: 3)
      #expect(look(painted).isLike(look(painted)))
    }
  }

  /// A picture with a border that EXIF turns is trimmed in the turn in which people see it.
  @Test func aTurnedPictureIsTrimmedAsItIsShown() throws {
    let picture = PaintedPicture(width: 320, height: 320) { x, y in
      Int(Self.shown.pixels[y / 2 * 160 + x / 2])
    }
    try list(picture)
    let bordered = PaintedPicture(width: 440, height: 400) { x, y in
      (60..<380).contains(x) && (40..<360).contains(y)
        ? Int(picture.pixels[(y - 40) * 320 + x - 60]) : 250
    }
    // Shown is what is stored, turned right.
    let stored = PaintedPicture(width: 400, height: 440) { x, y in
      Int(bordered.pixels[x * 440 + 439 - y])
    }
    let found = try views(stored.png(orientation: 6))
    #expect(found.count == 1 && found[0].hasPrefix("a: trimmed ") && found[0].hasSuffix("as shown"))
    // As it is stored, it is a bordered picture that was turned.
    let turned = try views(stored.png(orientation: 1))
    #expect(
      turned.count == 1 && turned[0].hasPrefix("a: trimmed ") && turned[0].hasSuffix("turned right")
    )
  }

  @Test(
    .enabled(if: TestFiles.hasShared, "the shared cases are not beside this checkout"),
    arguments: [
      "a01_png_alpha_black_rgb.png", "a04_png_palette_trns_dither.png",
      "a07_webp_lossless_alpha.webp", "a09_gif_transparent_dither.gif", "f01_gif_disposal4.gif",
      "c01_jpeg_cmyk_no_adobe_K.jpg", "c02c_jpeg_cmyk_short_adobe.jpg", "g06_jpeg_border_exif6.jpg",
      "g16_png_border_exif6.png", "e01_gif_same_hash_frame_skips_views.gif",
      "q02_two_exif_6_then_1.jpg",
    ])
  func theKnownTricksAreFound(_ name: String) throws {
    let robin = TestFiles.shared.appending("images/photos/n01558993_robin.JPEG")
    let hash = try #require(try fingerprint(of: robin).pdq?.hash)
    try fixture.importText("\(hash),robin\n", ImportOptions(kind: .pdq))
    let bytes = try TestFiles.bytes(of: TestFiles.shared.appending("cases/as-seen/\(name)"))
    #expect(try views(bytes).contains { $0.hasPrefix("robin: ") })
  }
}
