-- KEYS: generations, retired, filling of the new one. ARGV: current as the caller believes (empty: none), building, the
-- new one, the topic's id, its number of partitions. An empty generation takes the place of the current one.
local known = redis.call('HMGET', KEYS[1], 'current', 'building')
if (known[1] or '') ~= ARGV[1] or (known[2] or '') ~= ARGV[2] then
    return {'moved', known[1] or '', known[2] or ''}
end
for i = 1, 2 do
    if known[i] then
        redis.call('SADD', KEYS[2], known[i])
    end
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'current', ARGV[3], 'topic', ARGV[4])
for partition = 0, tonumber(ARGV[5]) - 1 do
    redis.call('SADD', KEYS[3], partition)
end
return {'moved', ARGV[3], ''}
