from django.db import close_old_connections
from rq import SimpleWorker


class Worker(SimpleWorker):
    """Looks after its line to the database before each job, as Django does before each request.

    Without this a worker whose line was cut once would fail every job from then on.
    """

    # Redis may have been away for long; when it is back, so are we.
    max_connection_wait_time = 2
    # How long one wait for a job lasts. Ten seconds more, and a line that went dead without a word is given up.
    dequeue_timeout = 15

    def perform_job(self, job, queue, execution):
        close_old_connections()
        return super().perform_job(job, queue, execution)
