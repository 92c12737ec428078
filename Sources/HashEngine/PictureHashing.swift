// Whoever imports the engine gets what pictures are hashed with.
@_exported public import PictureHashing
