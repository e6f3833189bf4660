"""Plant faults in studies, as strangers and accidents do, and hold what the commands then do against what they must."""
