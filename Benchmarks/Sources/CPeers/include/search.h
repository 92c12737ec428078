// What the index is measured against: a scan of all hashes, and a plain BK-tree in memory.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// How many of `count` hashes of `width` bytes (8 or 32) lie within the radius, by comparing all.
size_t scan_all(const uint8_t *hashes, size_t count, size_t width, const uint8_t *query,
                unsigned radius);

typedef struct bk_tree bk_tree;

/// A BK-tree of one hash a node; `hashes` must outlive it.
bk_tree *bk_build(const uint8_t *hashes, size_t count, size_t width);
size_t bk_search(const bk_tree *tree, const uint8_t *query, unsigned radius);
void bk_free(bk_tree *tree);
