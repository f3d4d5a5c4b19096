-- alert_of($1 uuid referral) -> the alert it belongs to, no row when unknown
SELECT r.alert FROM referral r WHERE r.referral = $1::uuid;
