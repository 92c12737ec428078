package import CKernels

/// The inner loops for one CPU generation. All give the same results.
package struct Kernels: Sendable, CustomStringConvertible {
  // The table is constant and lives as long as the process.
  package nonisolated(unsafe) let table: UnsafePointer<ck_kernels>

  /// The fastest that this CPU runs.
  package static let best = Kernels(table: ck_best_kernels())

  /// All that this CPU runs, the portable one first.
  package static let available: [Kernels] = (0..<ck_level_count()).compactMap { level in
    ck_kernels_at(level).map { Kernels(table: $0) }
  }

  package var description: String { String(cString: table.pointee.name) }
}
