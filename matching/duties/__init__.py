"""The centre's duties towards registered people, and stalled introductions (服务时限)."""
