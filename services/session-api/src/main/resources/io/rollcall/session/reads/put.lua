-- KEYS: generations, then document and owner's list in each. ARGV: current, building, then what is kept.
local elsewhere = moved(ARGV[1], ARGV[2])
if elsewhere then
    return elsewhere
end
for i = 2, #KEYS, 2 do
    keep(KEYS[i], KEYS[i + 1], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
end
return {'kept'}
