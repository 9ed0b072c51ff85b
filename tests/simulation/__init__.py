"""Days of traffic in virtual time, each from one seed: what must always hold is looked at all the while.

`day.py` makes a day of a seed and runs it; `weather.py` is when something goes wrong, `troubles.py` what; `people.py`
who asks and how, `ledger.py` what the servers really sent; `turn_watch.py` and `health_watch.py` say what must hold.
`python -m tests.simulation --seed 1234 --verbose` lives one day again, exactly.
"""
