"""First-level models of task runs.

``events`` reads what happened, ``contrasts`` finds the trial types of a task among it, ``design``
and ``model`` fit the run with nilearn's response functions and noise model, ``memory`` gives the
errors, ``interaction`` task connectivity, ``quality`` says what speaks against trusting it;
``recorded`` does this for one run, ``summary`` describes it, and ``measured`` joins the runs of a
session into results. Nothing here imports nilearn before a run is fitted.
"""
