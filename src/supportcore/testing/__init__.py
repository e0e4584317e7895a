"""
What hosts and backends test with: values, a judge of stores, and asynchronous things behind synchronous ports.

- `supportcore.testing.strategies`: Hypothesis strategies for every value, record, event, predicate and document;
- `supportcore.testing.conformance`: the suite that every store has to pass;
- `supportcore.testing.blocking`: an asynchronous store or desk behind the synchronous methods;
- `supportcore.testing.scenarios`: acceptance scenarios in TOML, run on any store.

Each is imported by itself, and the first two need ``pip install 'supportcore[testing]'``; this package loads neither
Hypothesis nor pytest.
"""
