"""Who looks for work, what they can do and what they wish for: registrations, skill profiles, job wishes."""
