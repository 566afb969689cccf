-- The requests of one measurement. BENCH_REQUESTS has one a line: a path and a token. BENCH_ORDER is
-- random, or a number: each thread of wrk sends so many of each line before it goes on to the next.
-- BENCH_BODY names a file, where the method has a body. Prints one line of numbers at the end.

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init()
  local body
  if os.getenv("BENCH_BODY") ~= "" then
    local file = assert(io.open(os.getenv("BENCH_BODY")))
    body = file:read("*a")
    file:close()
  end
  requests, turn = {}, 0
  each = tonumber(os.getenv("BENCH_ORDER"))
  local method, rest = os.getenv("BENCH_METHOD"), {}
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do
    local path, token = line:match("(%S+) ?(%S*)")
    if not rest[token] then
      local headers = { ["Accept"] = os.getenv("BENCH_ACCEPT") }
      if token ~= "" then headers["Authorization"] = "Bearer " .. token end
      if body then headers["Content-Type"] = "application/json" end
      -- What is after the path is written once: there are tens of thousands of paths.
      rest[token] = wrk.format(method, "/", headers, body):sub(#method + 3)
    end
    requests[#requests + 1] = method .. " " .. path .. rest[token]
  end
  math.randomseed(os.time() * 8 + number)
end

function request()
  if not each then return requests[math.random(#requests)] end
  turn = turn + 1
  return requests[math.floor((turn - 1) / each) % #requests + 1]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("BENCH %d %d %d %d %d %d", summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status,
    latency:percentile(50), latency:percentile(99), summary.bytes))
end
