"""The service for machines: requests, answers, problems; the pages in `web` stand on the same footing."""
