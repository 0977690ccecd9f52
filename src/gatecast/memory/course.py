"""One training from its first step to its last: back where it breaks, stopped where it is told to."""

from gatecast._types import IntArray
from gatecast.errors import ArtifactError, TrainingError
from gatecast.interrupt import listening
from gatecast.memory.checkpoint import EVERY, Milestone, Place
from gatecast.memory.cutter import Cutter
from gatecast.memory.descent import Descended, Descent
from gatecast.memory.fault import causes, what_broke
from gatecast.memory.keeper import Keeper
from gatecast.memory.network import Batch, Network
from gatecast.memory.options import Training
from gatecast.memory.reading import device
from gatecast.progress import Progress, Task

RETREATS = 4  # each halves the rate: what a sixteenth of it does not mend has another cause


class Course:
    """Descent and what is kept of it.

    Every few steps it remembers where it stands, once the step that follows has turned out well: there it
    goes back to from a loss that is no number, and there a training that was killed goes on.
    """

    def __init__(
        self,
        network: Network,
        windows: Cutter,
        held_out: Cutter | int,
        training: Training,
        seed: int,
        progress: Progress,
        label: str,
    ) -> None:
        self._network, self._windows, self._training = network.to(device()), windows, training
        self._progress, self._label = progress, label
        self._descent = Descent(network, training, seed)
        self.keeper = Keeper(network, held_out, training, self._descent.levels)
        self._notes: list[str] = []
        self._largest, self._furthest = 0.0, 0
        self._good = self._milestone()

    def run(self, place: Place, judge_first: bool = False) -> int:
        """Train, put the weights that are kept into the network, and say at which step Ctrl-C ended it, or 0.

        judge_first  the network as it is may be the best one
        """
        if judge_first:
            self.keeper.begin()
        if place.found is not None:
            self._go_on(place.found)
        begun = self._descent.step
        label = f"{self._label}, on from step {begun}" if begun else self._label
        with self._progress.task(label, total=self.keeper.until - begun) as task, listening() as ear:
            try:
                while self._descent.step < self.keeper.until and not ear.pressed:
                    self._step(task, place)
            except KeyboardInterrupt:
                if not ear.patient or not self._descent.step:
                    raise
                ear.pressed = True
            stopped = self._stop() if ear.pressed else 0
        if self.keeper.found.kept is None:
            place.forget()
            checks = len(self.keeper.found.losses)
            raise TrainingError(
                self._broken(f"the held-out loss of all {checks} checks is not a finite number")
            )
        if self._descent.step == self.keeper.until:
            place.keep(self._milestone(finished=True))
        self._network.load_state_dict(self.keeper.found.kept)
        return stopped

    def _step(self, task: Task, place: Place) -> None:
        """One step on, or some back."""
        descent = self._descent
        here = self._milestone() if descent.step % EVERY == 0 else None
        chosen = descent.draw(len(self._windows))
        batch = self._windows.batch(chosen).to(descent.place)
        taken = descent.take(batch)
        if not taken.sound:
            self._retreat(taken, chosen, batch, place)
            return
        if here is not None:
            self._good = here
            place.keep(here)
        self._largest = max(self._largest, taken.gradient)
        self.keeper.see(descent.step, taken.loss)
        if descent.step > self._furthest:
            self._furthest = descent.step
            task.advance(loss=f"{taken.loss:.3f}", held_out=self.keeper.word)

    def _retreat(self, taken: Descended, chosen: IntArray, batch: Batch, place: Place) -> None:
        """Back to where all was well, at half the rate; TrainingError if that was done often enough."""
        descent, good = self._descent, self._good
        what = what_broke(taken, descent.step + 1, self._training.steps, self._largest)
        told = "; ".join((what, *causes(self._windows, chosen, batch)))
        if descent.halved >= RETREATS:
            place.forget()
            raise TrainingError(self._broken(f"{told}; stepping back {RETREATS} times did not help"))
        descent.retreat(good.footing)
        self.keeper.found = good.findings
        rate = f"1/{2**descent.halved} of the rate"
        self._note(f"{self._label}: {told}; training goes on from step {descent.step} at {rate}")

    def _stop(self) -> int:
        """Where Ctrl-C has ended it; with the best weights so far, or those it has if they can be judged."""
        step, all_steps = self._descent.step, self.keeper.until
        if not step:
            raise KeyboardInterrupt
        said = f"{self._label}: stopped at step {step} of {all_steps}"
        if self.keeper.found.kept is None:
            if not self.keeper.judges:
                raise TrainingError(f"{said}, before there was anything to keep")
            self.keeper.ask(step)
        if self.keeper.found.kept is not None:
            self._note(f"{said}; the weights of step {self.keeper.found.best} are kept")
        return step

    def _go_on(self, found: Milestone) -> None:
        """Stand where an earlier run of the same training stood."""
        try:
            self._descent.stand(found.footing)
        except (AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
            raise ArtifactError(
                f"{self._label}: its checkpoint does not hold together ({str(error)[:200]}); delete it"
            ) from error
        self.keeper.found, self._good = found.findings, found
        self._largest, self._furthest = found.largest, found.footing.step
        for note in found.notes:
            self._note(note)

    def _milestone(self, finished: bool = False) -> Milestone:
        notes = tuple(self._notes)
        return Milestone(self._descent.footing, self.keeper.found, self._largest, notes, finished)

    def _note(self, said: str) -> None:
        self._notes.append(said)
        self._progress.note(said)

    def _broken(self, what: str) -> str:
        return (
            f"{self._label}: {what}; train at a rate below {self._training.rate:g}, "
            "and look for extreme values in the series and its covariates"
        )
