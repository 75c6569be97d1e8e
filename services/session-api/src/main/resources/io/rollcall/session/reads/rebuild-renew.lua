-- KEYS: generations, lease. ARGV: whose it is, for how long in milliseconds, 1 when the current generation has to stand
-- still from now on.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
    return {'lost'}
end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
if ARGV[3] == '1' then
    redis.call('HSET', KEYS[1], 'held', ARGV[1])
end
return {'renewed'}
