"""The reports that the network files: R1 to R10, for any period, centre and programme, and their monthly close."""
