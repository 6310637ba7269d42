"""What a person's record owes the person: consent, who looked, a copy, erasure; and what the law keeps."""
