"""
What hosts and backends test with: values, a judge of stores, and asynchronous things behind synchronous ports.

- `supportcore.testing.strategies`: Hypothesis strategies for every value, record, event, predicate and document;
- `supportcore.testing.conformance`: the suite that every store has to pass;
- `supportcore.testing.blocking`: an asynchronous store or desk behind the synchronous methods;
- `supportcore.testing.scenarios`: acceptance scenarios in TOML, run on any store;
- `supportcore.testing.coverage`: what of a definition a run, or production, exercised;
- `supportcore.testing.machine`: state machines that drive a desk, or a system that should do what a desk says;
- `supportcore.testing.story`: broken rules, told step by step, kept and run again;
- `supportcore.testing.plugin`: the pytest plugin, for those who ask for it.

Each is imported by itself. The first two, machines and the plugin need ``pip install 'supportcore[testing]'``; this
package loads neither Hypothesis nor pytest.
"""
