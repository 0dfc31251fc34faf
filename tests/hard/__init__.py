"""The long proof that workbooks are edited without harm: ``python -m tests.hard``.

Every part works on the corpus and on any folder of other workbooks, and leaves its figures in
``build/hard``. What is compared is compared by readers of this folder or of other libraries,
not by the project's own.
"""
