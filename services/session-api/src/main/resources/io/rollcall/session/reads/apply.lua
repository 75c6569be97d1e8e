-- KEYS: generations, positions, filling, lease, then document and owner's list of each record. ARGV: current or
-- building, which generation that is, partition, position before (empty: none), position after, 1 when the partition's
-- end has been reached, then for each record its version (empty: delete), its place in the list, when it expires, its
-- state. The records and the position are written together or not at all.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
    return 'moved'
end
if (redis.call('HGET', KEYS[2], ARGV[3]) or '') ~= ARGV[4] then
    return 'elsewhere'
end
if ARGV[1] == 'current' then
    local lease = redis.call('GET', KEYS[4])
    if lease and redis.call('HGET', KEYS[1], 'held') == lease then
        return 'held'
    end
end
local argument = 7
for i = 5, #KEYS, 2 do
    if ARGV[argument] ~= '' then
        keep(KEYS[i], KEYS[i + 1], ARGV[argument], ARGV[argument + 1], ARGV[argument + 2], ARGV[argument + 3])
    else
        -- A deletion says nothing of its owner; the list is in the same slot.
        local place = redis.call('HMGET', KEYS[i], 'owner', 'member')
        if place[1] then
            redis.call('ZREM', place[1], place[2])
            redis.call('DEL', KEYS[i])
        end
    end
    argument = argument + 4
end
redis.call('HSET', KEYS[2], ARGV[3], ARGV[5])
if ARGV[6] == '1' then
    redis.call('SREM', KEYS[3], ARGV[3])
end
return 'applied'
