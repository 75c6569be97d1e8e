-- KEYS: generations, filling, owner's list. ARGV: current, building, what comes before an id in a key, the id after
-- which the page begins (empty: from the first), how many. The documents' keys follow from the list: same slot.
local elsewhere = moved(ARGV[1], ARGV[2])
if elsewhere then
    return elsewhere
end
if redis.call('EXISTS', KEYS[2]) == 1 then
    return {'filling'}
end
local from = '-'
if ARGV[4] ~= '' then
    local place = redis.call('HMGET', ARGV[3] .. ARGV[4], 'owner', 'member')
    if place[1] ~= KEYS[3] then
        return {'unknown'}
    end
    from = '(' .. place[2]
end
local answer = {'found'}
for _, member in ipairs(redis.call('ZRANGEBYLEX', KEYS[3], from, '+', 'LIMIT', 0, ARGV[5])) do
    local state = redis.call('HGET', ARGV[3] .. string.sub(member, 15), 'state')
    if state then
        answer[#answer + 1] = state
    end
end
return answer
