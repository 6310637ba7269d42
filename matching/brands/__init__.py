"""Labour brands: a trade for which a place is known, with statements about it that name their source (劳务品牌)."""
