"""What a jobseeker means to do within the next seven days (一周打算)."""
