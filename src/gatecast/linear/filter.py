"""The exact filter of one series, level by level: gaps and spikes on the way. [kernel]

The state x is the predicted state a of the ARMA part (see `arma.py`) and the last levels, of which those that
are missing stay uncertain until later values tell:

    x = (a_1 … a_m, u_{t−L} … u_{t−1}),    u_t = H x + e_t,    H x = a_1 − Σ δ_l u_{t−l}

Without gaps Chandrasekhar's recursions carry the gain, O(m) a value, and never the covariance P° of x. With
gaps the covariance is P° + A A': the gain of the unbroken filter goes on as if nothing were missing, and A
holds one column for every missing value that still matters. Subtracting the two Riccati equations, with
E = H A, g = E / √F, s² = 1 + |g|² and B = (T − K H) A,

    missing:   A ← (T A, √F K)        x ← T x
    seen:      A ← B − (B g) g' / (s (1 + s)),    x ← T x + K v + B g v / (s² √F)

so a value costs O((1 + columns) (m + L)), whatever the length of the history. Columns that have faded are
dropped. K has a one at the newest level. A column lies here as a row, behind that of the mean.

A value far from its forecast is not believed: the filter goes on as if it had seen the forecast. But two in
a row to the same side are a level that has moved, and MANY WITHIN a short time a noise that has grown: then
values are believed, whatever they are, for some REST. Where spikes go on and on they are the process: MOST
are not believed, and then one in EVERY so many values.

Source: Morf, Sidhu & Kailath (1974), doi:10.1109/TAC.1974.1100576; the difference of two Riccati equations:
Kailath, Sayed & Hassibi, Linear Estimation (2000), §11; derived for gaps here.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# (Numba infers the types of kernels; lanes have no Python type)

import math

import numpy as np

from gatecast.linear.ahead import in_lanes, used_lags
from gatecast.linear.arma import CHECK_EVERY, FROZEN
from gatecast.linear.lanes import LANES, lane
from gatecast.linear.process import first_gain, inlined, kernel

REST = 12  # steps that are believed, whatever they are, once the level has moved
MANY, WITHIN = 5, 100  # so many spikes in so many steps, and the noise has grown
MOST, EVERY = 20, 100  # spikes that are not believed although they go on, and steps that earn another


@kernel
def first_state(ar, ma):
    """The filter before the first value.

    ar, ma   [lags + 1] φΦ as 1 − Σ φ B and θΘ as 1 + Σ θ B, from lag 0
    returns  [2, m] increment W and gain K; [F, M, side of the last spike]
    """
    m = max(len(ar), len(ma)) - 1
    gain = np.zeros((m, LANES))
    F = lane(first_gain(-in_lanes(ar, m), in_lanes(ma, m), used_lags(ar), used_lags(ma), m, gain), 0)
    gains = np.zeros((2, m))
    gains[0], gains[1] = gain[:, 0], gain[:, 0]
    return gains, np.array([F, -1.0 / F, 0.0])


@inlined
def level_of(x, m, lags, delta, delta_lags):
    """H x: what a row says the next level is."""
    out = x[0] if m else 0.0
    for lag in delta_lags:
        out -= delta[lag] * x[m + lags - lag]
    return out


@kernel
def uncertain_of(states, count, errors, m, lags, delta, delta_lags):
    """E = H A, into `errors`. Returns |E|²."""
    total = 0.0
    for j in range(1, count + 1):
        errors[j] = level_of(states[j], m, lags, delta, delta_lags)
        total += errors[j] ** 2
    return total


@inlined
def shift(x, phi, gain, weight, lags, push):
    """One step of a row: T x + K weight F, and the newest level."""
    m = len(phi)
    if m:
        first = x[0]
        for i in range(m - 1):
            x[i] = x[i + 1] + phi[i] * first + gain[i] * weight
        x[m - 1] = phi[m - 1] * first + gain[m - 1] * weight
    if lags:
        for i in range(m, m + lags - 1):
            x[i] = x[i + 1]
        x[m + lags - 1] = push


@inlined
def advance_gain(phi, steady, increment, gain, F, M):
    """Increment and gain one step on. Returns F, M.

    Where rounding takes F below its limit, 1, the gain is what it comes to there: see `arma.py`.
    """
    m = len(phi)
    first = increment[0] if m else 0.0
    push = M * first
    F_next = F + push * first
    pull = first / F_next
    for i in range(m - 1):
        step = phi[i] * first + increment[i + 1]
        gain[i] += step * push
        increment[i] = step - gain[i] * pull
    if m:
        step = phi[m - 1] * first
        gain[m - 1] += step * push
        increment[m - 1] = step - gain[m - 1] * pull
    if F_next < 1.0:
        gain[:] = steady
        return 1.0, 0.0
    return F_next, M + push * push / F


@kernel
def largest_square(x):
    """The largest square in a row."""
    out = 0.0
    for i in range(len(x)):
        out = max(out, x[i] * x[i])
    return out


@kernel
def drop_faded(states, count, F):
    """Close the gaps that columns leave which no longer matter. Returns how many are left."""
    kept = 0
    for j in range(1, count + 1):
        if largest_square(states[j]) >= FROZEN * F:
            kept += 1
            if kept < j:
                states[kept] = states[j]
    return kept


@kernel
def condense(states, count):
    """No more columns than A has rows, A A' as it was, by Householder reflections. Returns how many."""
    size = states.shape[1]
    v, mix = np.empty(count), np.empty(size)
    for c in range(min(count, size)):
        total = 0.0
        for j in range(c, count):
            v[j] = states[1 + j, c]
            total += v[j] ** 2
        if total == 0.0:
            continue
        corner = -math.copysign(math.sqrt(total), v[c])
        scale = total - corner * v[c]  # |v|² / 2 of the reflection
        v[c] -= corner
        mix[c:] = 0.0
        for j in range(c, count):
            for i in range(c, size):
                mix[i] += v[j] * states[1 + j, i]
        for j in range(c, count):
            for i in range(c, size):
                states[1 + j, i] -= v[j] / scale * mix[i]
    return min(count, size)


@kernel
def see(states, phi, gain, lags, errors, count, F, total, v, level):
    """The step of a value that is seen, or taken for seen: every row."""
    mix = np.zeros(states.shape[1])
    root, s = math.sqrt(F), math.sqrt(total / F)
    for j in range(1, count + 1):
        x, g = states[j], errors[j] / root
        shift(x, phi, gain, -errors[j] / F, lags, 0.0)
        for i in range(len(mix)):
            mix[i] += x[i] * g
    for j in range(1, count + 1):
        x, c = states[j], errors[j] / root / (s * (1.0 + s))
        for i in range(len(mix)):
            x[i] -= c * mix[i]
    x, c = states[0], v * root / total
    shift(x, phi, gain, v / F, lags, level)
    for i in range(len(mix)):
        x[i] += c * mix[i]


@kernel
def miss(states, phi, gain, lags, errors, count, F, level):
    """The step of a value that is missing: every row, and one more where the state has any."""
    for j in range(1, count + 1):
        shift(states[j], phi, gain, 0.0, lags, errors[j])
    shift(states[0], phi, gain, 0.0, lags, level)
    if not states.shape[1]:
        return count
    m, root, x = len(phi), math.sqrt(F), states[count + 1]
    x[:] = 0.0
    for i in range(m):
        x[i] = gain[i] / root
    if lags:
        x[m + lags - 1] = root
    return count + 1


@kernel
def spurned(v, step, scalars, counts):
    """Whether a value so far off is a spike rather than news, noted in `scalars` and `counts`."""
    spikes = counts[4:]
    if step <= counts[1] or counts[3] < EVERY:
        return False
    in_a_row = spikes[-1] == step - 1 and scalars[2] * v > 0.0
    if in_a_row or spikes[0] > step - WITHIN:
        counts[1] = step + REST
        return False
    for i in range(MANY - 1):
        spikes[i] = spikes[i + 1]
    spikes[-1], scalars[2] = step, v
    counts[3] -= EVERY
    return True


@kernel
def follow(u, phi, steady, delta, states, gains, scalars, counts, limit, depth):  # noqa: C901
    """Filter levels from a state on, leaving behind every predicted state.

    u        [time]  NaN where missing; what was missing or not believed becomes its forecast, in place
    phi      [m], steady [m] φ + θ, delta [lags + 1]
    states   [1 + room, m + lags]  mean, and columns of A
    gains    [2, m] W, K; scalars [F, M, side of the last spike]
    counts   [4 + MANY] steps; step up to which all is believed; columns of A; credit, EVERY for a spike;
             steps of the last spikes. All from `states` on become what they are behind the last value
    limit    standard deviations at unit σ² from which a value is a spike; ∞ believes all
    depth    how much of each predicted state to keep
    returns  how many values were taken in: fewer than all where there is no room for another column;
             means, increments [time, depth] after each value; M of each increment [time];
             innovations v [time] and their variance [time] for unit σ²; v is zero where nothing was believed
    """
    n, m, lags = len(u), len(phi), len(delta) - 1
    delta_lags = used_lags(delta)
    keep = min(depth, m)
    means, increments = np.zeros((n, depth)), np.zeros((n, depth))
    weight, v, variance = np.zeros(n), np.zeros(n), np.zeros(n)
    errors = np.zeros(states.shape[0])
    mean, increment, gain = states[0], gains[0], gains[1]
    F, M = scalars[0], scalars[1]
    steps, count = counts[0], counts[2]
    done = 0
    for t in range(n):
        if steps % CHECK_EVERY == 0:
            if M != 0.0 and -M * largest_square(increment) < FROZEN * F:
                M = 0.0
            count = drop_faded(states, count, F)
        missing = np.isnan(u[t])
        if missing and count + 1 == states.shape[0] and states.shape[1]:
            break
        level = level_of(mean, m, lags, delta, delta_lags)
        total = F + uncertain_of(states, count, errors, m, lags, delta, delta_lags) if count else F
        variance[t], weight[t] = total, M
        if missing:
            u[t] = level
            count = miss(states, phi, gain, lags, errors, count, F, level)
        else:
            v[t] = u[t] - level
            if v[t] * v[t] > limit * limit * total and spurned(v[t], steps, scalars, counts):
                v[t], u[t] = 0.0, level
            if count:
                see(states, phi, gain, lags, errors, count, F, total, v[t], u[t])
            else:
                shift(mean, phi, gain, v[t] / F, lags, u[t])
        if M != 0.0:
            for k in range(keep):
                increments[t, k] = increment[k]
            F, M = advance_gain(phi, steady, increment, gain, F, M)
        for k in range(keep):
            means[t, k] = mean[k]
        counts[3] = min(MOST * EVERY, counts[3] + 1)
        steps += 1
        done += 1
    scalars[0], scalars[1] = F, M
    counts[0], counts[2] = steps, count
    return done, means, increments, weight, v, variance
