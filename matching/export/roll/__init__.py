"""The roll call of a batch: what telephones, spreadsheets and paper say, reconciled to one truth."""
