"""
One desk, many processes, and what may happen to them: races, kills, cut connections, a full disk.

    python -m tests.stress          16 writers, 2,000 tickets on each store
    python -m tests.stress crash    writers and servers killed under load

Every process writes down in a journal what it is about to do and what came of it, so that it can be judged afterwards
even when it was killed: `work` gives the orders, `hosts` carries them out, `worker` is the process, `races` and
`crashes` run many of them, `judge` looks whether anything was lost, doubled or done by half.
"""
