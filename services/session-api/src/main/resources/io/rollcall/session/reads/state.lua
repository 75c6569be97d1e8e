-- KEYS: generations, positions, filling, lease, retired. ARGV: current, building. How far the current generation is, and
-- whether there is something to be swept. A generation that nobody builds any more is given up.
local elsewhere = moved(ARGV[1], ARGV[2])
if elsewhere then
    return elsewhere
end
if ARGV[2] ~= '' and redis.call('EXISTS', KEYS[4]) == 0 then
    redis.call('HDEL', KEYS[1], 'building', 'held')
    redis.call('SADD', KEYS[5], ARGV[2])
    return {'moved', ARGV[1], ''}
end
return {
    'known',
    ARGV[1],
    redis.call('HGET', KEYS[1], 'topic') or '',
    redis.call('HGETALL', KEYS[2]),
    redis.call('SMEMBERS', KEYS[3]),
    redis.call('SCARD', KEYS[5])
}
