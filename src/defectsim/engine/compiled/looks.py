"""Looks at people by rows: what their hazards have added, what they decide, and when to look again.

News that moves by small steps, such as the share of the army that has left, is given room to move.
A rule read over intervals bounds the rates while it keeps to that room, and nobody is looked at
before they could pass a threshold at these rates. Whoever is looked at gets the sum of what each
step since the last look has added: the same sum, to the bit, as if asked in each of them.
"""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from defectsim.core.functions import ROUNDING
from defectsim.engine.compiled import batches
from defectsim.engine.compiled.batches import BATCH, BatchPlan, Question
from defectsim.engine.compiled.cache import compiled, inlined
from defectsim.engine.compiled.kernel import LATEST, fixed, refuse, soonest
from defectsim.engine.compiled.perception import PARTS, see_country
from defectsim.engine.compiled.rows import BLOCK, UNKNOWN, WIDTH, look_at
from defectsim.engine.events import LEADS_FROM
from defectsim.engine.hazard import CERTAIN, NEVER
from defectsim.engine.hazard import UNIT as ONE
from defectsim.rules.compile import as_rates
from defectsim.rules.intrinsics import prefetch, whole_of

EXACT = 2**51
"""Cumulative hazard, in fixed point, below which it is exact as a floating-point number."""
FAR, CLOSE = 1e6, 1.0 - 1e-9
TOGETHER = 16
"""Blocks that are passed over together while nobody in them is to be looked at."""
AHEAD = 64
"""Blocks by which people are fetched before they are needed."""


@compiled
def list_rows(state, arguments, step):
    """List in `asked` those who have to be looked at: by audience, and in an audience by kind.

    `groups` has where each begins.
    """
    rows, groups, group_of = state.plan, arguments.groups, arguments.group
    any_told, found, blocks = rows.told.any(), 0, len(rows.block_next)
    groups[:] = state.control.due_count = 0
    for first in range(0, blocks, TOGETHER):
        _fetch_due(rows, group_of, first + AHEAD, step)
        last = min(first + TOGETHER, blocks)
        if any_told or soonest(rows.block_next, first, last) <= step:
            for block in range(first, last):
                if any_told or rows.block_next[block] <= step:
                    found = _list_block(rows, arguments, block, any_told, step, found)
    for group in range(len(groups) - 1):
        groups[group + 1] += groups[group]
    for back in range(found):
        row = rows.listed[found - 1 - back]
        end = group_of[row] + 1
        groups[end] -= 1
        rows.asked[groups[end]] = row


@inlined
def _fetch_due(rows, group_of, first, step):
    """Fetch those of some blocks in which somebody has to be looked at."""
    last = min(first + TOGETHER, len(rows.block_next))
    if soonest(rows.block_next, first, last) <= step:
        for block in range(first, last):
            if rows.block_next[block] <= step:
                prefetch(rows.next_look, block * BLOCK)
                prefetch(group_of, block * BLOCK)


@inlined
def _list_block(rows, arguments, block, any_told, step, found):
    """List those of a block who have to be looked at, after others; return how many there are."""
    earliest, group_of = LATEST, arguments.group
    begin, end = block * BLOCK, min((block + 1) * BLOCK, len(rows.next_look))
    for row in range(np.uint64(begin), np.uint64(end)):
        look = rows.next_look[row]
        if look <= step or (any_told and look != LATEST and rows.told[group_of[row]]):
            rows.listed[found] = row
            arguments.groups[group_of[row] + 1] += 1
            found += 1
        else:
            earliest = min(earliest, look)
    rows.block_next[block] = earliest
    return found


@compiled
def note_news(arguments, rows, step):
    """Note the news of a step as an entry for each kind of rule that reads any that changed."""
    seen = arguments.country[0]
    for kind in range(2):
        last, changed = rows.entries[kind] - 1, rows.entries[kind] == 0
        for field in range(rows.news_at.shape[1]):
            if arguments.country_read[kind, field] and not changed:
                changed = seen[field] != rows.news_at[kind, field, last]
        if changed:
            if last >= 0:
                rows.lasted[kind, last] = step - rows.entry_step[kind, last]
            last += 1
            for field in range(rows.news_at.shape[1]):
                rows.news_at[kind, field, last] = seen[field]
            rows.entry_step[kind, last], rows.entry_step[kind, last + 1] = step, LATEST
            rows.entries[kind] = last + 1
        rows.entry_at[kind, step] = last


@inlined
def below_exact(hazard):
    """Convert a cumulative hazard below `EXACT` to fixed point, of several at once."""
    return whole_of(np.floor(hazard * ONE) + ROUNDING)


@inlined
def lower(hazard, added, steps):
    """Take a hazard of each of some steps from what is left of a threshold."""
    if hazard.left != NEVER:
        hazard.left -= added * steps


@inlined
def _located(run, row):
    return row, run.state.status_at[row]


@inlined
def _fetch(run, row):
    prefetch(run.state.plan.rows, row)
    prefetch(run.state.status_at, row)
    prefetch(run.state.belief, row)


@inlined
def _numbered(run, cohort, status):
    return cohort


OF_ROWS = BatchPlan(_located, _numbered, _fetch, remembers=True)


def _add_past(question: Question) -> Callable[..., None]:
    """Return the function that adds the past rates of a batch to somebody's hazards."""
    kept = tuple(zip(question.given, question.slots, strict=True))

    @inlined
    def add_past(person, batch, count, years):
        steps = np.uint64(count)
        for one, slot in kept:
            added, first = 0, np.uint64(one * BATCH)
            if person.hazards[slot].left < EXACT:
                for j in range(steps):
                    added += below_exact(batch.past[first + j] * years) * batch.lasted[j]
            else:
                for j in range(steps):
                    added += fixed(batch.past[first + j] * years) * batch.lasted[j]
            lower(person.hazards[slot], added, 1)

    return add_past


@inlined
def _set_durations(batch, rows, kind, first, count, end_entry, begin, end):
    """Set how many of the steps from `begin` to `end` each of some entries of news lasts."""
    # unsigned, since places that may be negative keep loops from vectorising
    low, high, steps = np.uint64(first), np.uint64(first + count), rows.entry_step
    for k in range(low, high):
        batch.lasted[k - low] = rows.lasted[kind, k]
    if steps[kind, first] <= begin:
        batch.lasted[0] = steps[kind, first + 1] - begin
    if first + count == end_entry:
        batch.lasted[count - 1] = end - max(np.int64(steps[kind, end_entry - 1]), begin)


@cache
def _bring_batch_forward(question: Question) -> Callable[..., None]:
    """Return the function that adds to somebody's hazards what steps before another have added.

    It takes their place in a batch of what people are, and of what they saw around them then.
    """
    agent_of, unit_of, rule = question.people.agent, question.unit, question.rule
    given = question.given
    (levers_of, country_of), kind = question.country_at, question.kind
    kept, add_past = tuple(zip(given, question.slots, strict=True)), _add_past(question)

    @inlined
    def bring_forward(run, batch, i, row, audience, p, until):
        _, arguments, state = run
        rows, years = state.plan, arguments.parameters.years
        person, steps = rows.rows[row], rows.entry_step
        begin = np.int64(person.since)
        if begin >= until:
            return
        end = min(rows.steady_until[begin, audience], until)
        end = min(end, steps[kind, rows.entry_at[kind, begin] + 1])
        for _, slot in kept:
            if person.hazards[slot].per_step == UNKNOWN:
                end = begin
        for _, slot in kept:
            lower(person.hazards[slot], person.hazards[slot].per_step, end - begin)
        person.since, begin = until, end
        agent, unit = agent_of(batch, i, batch.status[i], batch.belief[i]), unit_of(batch, i)
        while begin < until:
            end = min(rows.steady_until[begin, audience], until)
            levers = levers_of(arguments.levers, begin, audience)
            first, last = rows.entry_at[kind, begin], rows.entry_at[kind, end - 1] + 1
            while first < last:
                count = min(BATCH, last - first)
                low, high = np.uint64(first), np.uint64(first + count)
                for k in range(low, high):
                    country = country_of(levers, rows.news_at, kind, k)
                    rates = as_rates(rule, rule(agent, unit, country, p))
                    for one in given:
                        batch.past[np.uint64(one * BATCH) + (k - low)] = rates[one]
                _set_durations(batch, rows, kind, first, count, last, begin, end)
                add_past(person, batch, count, years)
                first += count
            begin = end

    return bring_forward


def _take_rates(question: Question) -> Callable[..., None]:
    """Return the function by which a batch of people take annual rates; it lists those due."""
    kept = tuple(zip(question.given, question.slots, strict=True))
    bounded = question.bounds is not None

    @inlined
    def take_rates(run, batch, begin, count, step):
        _, arguments, state = run
        years, control, rows = arguments.parameters.years, state.control, state.plan
        for i in range(count):
            row = rows.asked[begin + i]
            person, status, soonest, due = rows.rows[row], batch.status[i], FAR, False
            person.bounded = step + 1
            for one, slot in kept:
                hazard, rate = person.hazards[slot], batch.rates[one * BATCH + i]
                if not rate >= 0.0:
                    refuse(control, row, one + 1)
                added = fixed(rate * years) if LEADS_FROM[status, one] else 0
                due = due or (added > 0 and hazard.left <= added)
                hazard.per_step = hazard.most = added
                if bounded:
                    hazard.most = _most(batch, one, i, years)
                hazard.least = hazard.left
                if hazard.left != NEVER:
                    hazard.least -= added
                if hazard.most > 0:
                    soonest = min(soonest, float(hazard.least) / float(hazard.most))
            look_at(rows, row, step + 1 + max(int(soonest * CLOSE), 0))
            if due:
                rows.due[control.due_count] = row
                control.due_count += 1

    return take_rates


@inlined
def _most(batch, one, i, years):
    """Return the bound of a hazard of each step, where none is known the largest."""
    most = batch.most[one * BATCH + i]
    if not most >= 0.0:
        return CERTAIN
    return fixed(most * years) if LEADS_FROM[batch.status[i], one] else 0


@inlined
def fit(arguments, rows, group):
    """Set new bounds where what a group perceives of the country does not keep to them.

    Return whether its rules have to be asked, or bounds of their rates to be found anew.
    """
    seen, ask = arguments.country, False
    find = rows.least[group, 0] > rows.most[group, 0]  # there are no bounds yet
    for field in range(seen.shape[1]):
        value = seen[group >> 1, field]
        outside = not rows.least[group, field] <= value <= rows.most[group, field]
        find = find or (outside and arguments.country_read[group & 1, field])
        ask = ask or (outside and rows.belief_read[field])
    if find:
        for field in range(seen.shape[1]):
            value, width = seen[group >> 1, field], rows.width[field]
            least, most = value - width, value + width
            if width > 0.0:
                least, most = max(least, 0.0), min(most, width / WIDTH)
            rows.least[group, field], rows.most[group, field] = least, most
    return ask, find


def _take_bounds(question: Question) -> Callable[..., None]:
    """Return the function by which a batch of a group take bounds of their rates."""
    kept = tuple(zip(question.given, question.slots, strict=True))

    @inlined
    def take_bounds(run, batch, begin, count, step):
        _, arguments, state = run
        rows, years = state.plan, arguments.parameters.years
        for i in range(count):
            row = rows.grouped[begin + i]
            if rows.next_look[row] <= step or rows.next_look[row] == LATEST:
                continue
            person, soonest = rows.rows[row], FAR
            for one, slot in kept:
                hazard = person.hazards[slot]
                if hazard.least != NEVER:
                    hazard.least -= hazard.most * (step - person.bounded)
                hazard.most = _most(batch, one, i, years)
                if hazard.most > 0:
                    soonest = min(soonest, float(hazard.least) / float(hazard.most))
            person.bounded = step
            look_at(rows, row, step + max(int(soonest * CLOSE), 0))

    return take_bounds


def _bound_kind(question: Question) -> Callable[..., None]:
    """Return the function that finds new bounds for a group, and who has to be looked at when."""
    gather, see_units, see_ties = batches.gather(question.people, question.read, OF_ROWS)
    find_bounds, take_bounds = batches.find_bounds(question), _take_bounds(question)
    see, parameters = question.country, question.parameters
    hold_beliefs = batches.hold_beliefs(question, OF_ROWS)

    @inlined
    def bound(run, group, step, believe):
        _, arguments, state = run
        rows, batch = state.plan, arguments.batch
        begin, end = rows.group_first[group], rows.group_first[group + 1]
        country, most_of_country = see(rows.least, group), see(rows.most, group)
        p = parameters(arguments.parameters)
        while begin < end:
            count = min(BATCH, end - begin)
            gather(run, batch, rows.grouped, begin, count)
            see_units(run, batch, rows.grouped, begin, count, state.units)
            see_ties(run, batch, rows.grouped, begin, count)
            if believe:
                seen = see(arguments.country, group >> 1)
                hold_beliefs(run, batch, rows.grouped, begin, count, seen)
            find_bounds(batch, count, country, most_of_country, p)
            take_bounds(run, batch, begin, count, step)
            begin += count

    return bound


def _tell_kind(question: Question) -> Callable[..., None]:
    """Return the function that has a group looked at that sees news, or finds new bounds for it."""
    bounded = question.bounds is not None
    bound = _bound_kind(question) if bounded else None
    reads_belief = "belief" in question.own_read

    @inlined
    def tell(run, group, step):
        _, arguments, state = run
        if bounded:
            asked, find = fit(arguments, state.plan, group)
            state.plan.told[group] = asked and reads_belief
            if find and not state.plan.told[group]:
                bound(run, group, step, asked)
        else:
            _, first = fit(arguments, state.plan, group)
            state.plan.told[group] = first or arguments.news[group]

    return tell


def _ask_kind(question: Question) -> Callable[..., None]:
    """Return the function that asks the rules of soldiers, or of generals, of one audience."""
    gather, see_units, see_ties = batches.gather(question.people, question.read, OF_ROWS)
    _, see_units_then, _ = batches.gather(question.people, question.own_read, OF_ROWS)
    bring_forward, bounded = _bring_batch_forward(question), question.bounds is not None
    hold_beliefs = batches.hold_beliefs(question, OF_ROWS)
    find_rates, take_rates = batches.find_rates(question), _take_rates(question)
    find_bounds = batches.find_bounds(question) if bounded else None
    kind, see, parameters = question.kind, question.country, question.parameters

    @inlined
    def ask(run, audience, begin, end, step):
        _, arguments, state = run
        rows, batch, group = state.plan, arguments.batch, 2 * audience + kind
        country, p = see(arguments.country, audience), parameters(arguments.parameters)
        while begin < end:
            count = min(BATCH, end - begin)
            gather(run, batch, rows.asked, begin, count)
            see_units_then(run, batch, rows.asked, begin, count, rows.units_then)
            for i in range(count):
                bring_forward(run, batch, i, rows.asked[begin + i], audience, p, step)
            see_units(run, batch, rows.asked, begin, count, state.units)
            see_ties(run, batch, rows.asked, begin, count)
            hold_beliefs(run, batch, rows.asked, begin, count, country)
            find_rates(batch, count, country, p)
            if bounded:
                find_bounds(batch, count, see(rows.least, group), see(rows.most, group), p)
            take_rates(run, batch, begin, count, step)
            begin += count

    return ask


def bring_forward(questions: Sequence[Question]) -> Callable[..., None]:
    """Return the function that adds to somebody's hazards what steps up to the last have added."""
    soldier, general = map(_bring_one_forward, questions)

    def bring(run, cohort, _):
        if run.army.general[cohort]:
            general(run, cohort)
        else:
            soldier(run, cohort)

    return bring


def _bring_one_forward(question: Question) -> Callable[..., None]:
    gather, see_units, _ = batches.gather(question.people, question.own_read, OF_ROWS)
    bring_batch_forward, parameters = _bring_batch_forward(question), question.parameters

    @inlined
    def bring(run, row):
        army, arguments, state = run
        batch = arguments.batch
        gather(run, batch, army.member, row, 1)
        see_units(run, batch, army.member, row, 1, state.plan.units_then)
        p = parameters(arguments.parameters)
        audience, until = arguments.audience[row], state.control.decided
        bring_batch_forward(run, batch, 0, row, audience, p, until)

    return bring


def ask_phase(questions: Sequence[Question]) -> Callable[..., None]:
    """Return the function that looks at all who may decide otherwise, or pass a threshold."""
    ask_soldiers, ask_generals = map(_ask_kind, questions)
    tell_soldiers, tell_generals = map(_tell_kind, questions)
    units_read = any(batches.fields_of_unit(one.own_read) for one in questions)

    def ask_rules(run, step):
        _, arguments, state = run
        rows, groups, control = state.plan, arguments.groups, state.control
        see_country(arguments, state.counts, step)
        note_news(arguments, rows, step)
        for audience in range(len(arguments.country)):
            tell_soldiers(run, 2 * audience, step)
            tell_generals(run, 2 * audience + 1, step)
        list_rows(state, arguments, step)
        for audience in range(len(arguments.country)):
            soldiers, generals = groups[2 * audience + 1], groups[2 * audience + 2]
            ask_soldiers(run, audience, soldiers, generals, step)
            ask_generals(run, audience, generals, groups[2 * audience + 3], step)
        if units_read:
            for unit in range(len(state.units)):
                for part in range(PARTS):
                    rows.units_then[unit, part] = state.units[unit, part]
        control.decided = step + 1
        if control.error_code != 0:
            control.due_count = 0

    return ask_rules
