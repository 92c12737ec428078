extension LumaGrid {
  /// Samples along the longer side of a picture that was straightened.
  private static let straightSide = 320.0

  /// What lies between four corners, made upright; `nil` where too little does.
  func straightened(_ corners: Corners) -> LumaGrid? {
    guard let map = corners.mapFromSquare else { return nil }
    let p = corners.points
    func length(_ a: Int, _ b: Int) -> Double {
      let (across, down) = ((p[a].x - p[b].x) * aspect, p[a].y - p[b].y)
      return (across * across + down * down).squareRoot()
    }
    let (across, down) = (length(0, 1) + length(3, 2), length(0, 3) + length(1, 2))
    guard across > 0.1, down > 0.1, max(across, down) < 10 else { return nil }
    let scale = Self.straightSide / max(across, down)
    let (width, height) = (Int(across * scale), Int(down * scale))
    guard min(width, height) >= 32 else { return nil }
    var samples: [UInt8] = []
    samples.reserveCapacity(width * height)
    for row in 0..<height {
      let y = (Double(row) + 0.5) / Double(height)
      for column in 0..<width {
        let x = (Double(column) + 0.5) / Double(width)
        guard let place = Corners.place(x, y, through: map) else { return nil }
        samples.append(sample(place))
      }
    }
    return LumaGrid(width: width, height: height, aspect: across / down, values: samples)
  }

  /// The value at a place, between its four neighbours.
  private func sample(_ place: Corners.Point) -> UInt8 {
    let x = min(Double(width - 1), max(0, place.x * Double(width) - 0.5))
    let y = min(Double(height - 1), max(0, place.y * Double(height) - 0.5))
    let (left, top) = (Int(x), Int(y))
    let (right, bottom) = (min(width - 1, left + 1), min(height - 1, top + 1))
    let (across, down) = (x - Double(left), y - Double(top))
    let above =
      Double(values[top * width + left]) * (1 - across) + Double(values[top * width + right])
      * across
    let below =
      Double(values[bottom * width + left]) * (1 - across)
      + Double(values[bottom * width + right]) * across
    return UInt8(above * (1 - down) + below * down)
  }
}
