-- KEYS: generations, positions, filling. ARGV: current, building. How far the current generation is.
local elsewhere = moved(ARGV[1], ARGV[2])
if elsewhere then
    return elsewhere
end
return {
    'known',
    ARGV[1],
    redis.call('HGET', KEYS[1], 'topic') or '',
    redis.call('HGETALL', KEYS[2]),
    redis.call('SMEMBERS', KEYS[3])
}
