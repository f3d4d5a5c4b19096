#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""opponent_numpy.py DIR HOUSEHOLDS SECONDS: bench.yaml over whole columns with numpy, as one would write it who knows numpy
well: no copies that can be avoided, sums over households by np.add.reduceat, which is the only step that is not one pass."""
import json
import sys
import time

import numpy as np

STANDARD = np.array([76000, 79000], dtype=np.int64)  # rural, urban
TOP_UP = np.array([30400, 31600], dtype=np.int64)
NURSING = np.array([0, 17000, 12000, 9000, 0], dtype=np.int64)


class Columns:
    def __init__(self, folder, households):
        def column(name, kind, lanes):
            return np.fromfile(f'{folder}/{name}', dtype=kind, count=lanes)

        self.first = column('first', np.uint32, households + 1).astype(np.int64)
        members = int(self.first[-1])
        for name in ('wage', 'business', 'property', 'transfer', 'pension', 'vehicle', 'deposit', 'medical', 'grade'):
            setattr(self, name, column(name, np.int64, members))
        for name in ('certificate', 'dead', 'tekun'):
            setattr(self, name, column(name, np.bool_, members))
        for name in ('urban', 'closed', 'ever_wage', 'ever_business', 'ever_property', 'ever_transfer', 'ever_pension'):
            setattr(self, name, column(name, np.bool_, households))
        self.sizes = np.diff(self.first)
        self.full = np.flatnonzero(self.sizes)  # reduceat cannot add up nothing
        self.starts = self.first[self.full]
        self.households = households


def over_members(c, values):
    sums = np.zeros(c.households, dtype=np.int64)
    sums[c.full] = np.add.reduceat(values, c.starts, dtype=np.int64)
    return sums


def assess(c):
    open_ = np.repeat(~c.closed, c.sizes)
    alive = open_ & ~c.dead
    counted = alive & ~c.tekun
    income = c.wage - (c.wage + 5) // 10
    income += c.business
    income += c.property
    income += c.transfer
    income += c.pension
    income *= counted
    income = np.maximum(over_members(c, income), 0)
    count = over_members(c, counted)
    urban = c.urban.view(np.uint8)
    line = STANDARD[urban] * (12 * count)
    property_ok = (over_members(c, c.vehicle * open_) == 0) & (over_members(c, c.deposit * open_) <= 2 * line)
    severe = c.certificate & (c.grade <= 2)
    nursing = severe & counted
    known = c.ever_wage | c.ever_business | c.ever_property | c.ever_transfer | c.ever_pension
    may = property_ok & (count > 0)
    may &= known
    unknown = (~known).view(np.uint8) << 1
    dibao = may & (income < line)
    keeps = may & (income * 100 < line * 103)
    near = may & (income * 2 < line * 3)
    marginal = near & ~dibao
    amount = -((income - line) // 1200) * 100  # up: the floor of the negative
    amount += TOP_UP[urban] * over_members(c, nursing)
    amount *= known
    nursing_amount = NURSING[c.grade]
    medical = over_members(c, c.medical * alive) >= 2000000
    return {'dibao': dibao | unknown, 'dibao_keeps': keeps | unknown, 'dibao_amount': amount, 'dibao_amount_unknown': ~known,
            'marginal': marginal | unknown, 'marginal_keeps': near | unknown, 'nursing': nursing, 'nursing_keeps': nursing,
            'nursing_amount': nursing_amount, 'nursing_amount_unknown': nursing_amount == 0, 'medical': medical,
            'medical_keeps': medical}


def main():
    folder, households, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    columns = Columns(folder, households)
    best, until = None, time.monotonic() + seconds
    while best is None or time.monotonic() < until:
        start = time.process_time()
        out = assess(columns)
        taken = time.process_time() - start
        best = taken if best is None else min(best, taken)

    def yes(name):
        return int(np.count_nonzero(out[name] == 1))

    print(json.dumps({'seconds': best, 'sums': {
        'dibao': yes('dibao'), 'dibao_amount': int(out['dibao_amount'][out['dibao'] == 1].sum()),
        'dibao_keeps': yes('dibao_keeps'), 'marginal': yes('marginal'), 'marginal_keeps': yes('marginal_keeps'),
        'nursing': yes('nursing'), 'nursing_amount': int(out['nursing_amount'][out['nursing']].sum()),
        'medical': yes('medical')}}))


if __name__ == '__main__':
    main()
