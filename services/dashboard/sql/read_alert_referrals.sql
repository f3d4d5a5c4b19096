-- read_alert_referrals($1 uuid alert) -> its referrals as published
SELECT data FROM referral WHERE alert = $1::uuid ORDER BY seq;
