-- check_objections($1 uuid report) -> what was said against it, oldest first
SELECT act, day, at, actor, reason FROM check_act WHERE report = $1::uuid AND what = 'objected' ORDER BY at, act
