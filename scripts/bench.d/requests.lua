-- The requests of one measurement: BENCH_KIND append or get, to the conversations in BENCH_IDS.
-- Each thread of wrk goes round its own share of them. Prints one line of numbers at the end.

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init()
  local kind = os.getenv("BENCH_KIND")
  local headers = { ["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN") }
  local body
  if kind == "append" then
    headers["Content-Type"] = "application/json"
    local file = assert(io.open(os.getenv("BENCH_BODY")))
    body = file:read("*a")
    file:close()
  end
  requests, turn = {}, 0
  local line = 0
  for id in io.lines(os.getenv("BENCH_IDS")) do
    if line % tonumber(os.getenv("BENCH_THREADS")) == number then
      local path = "/v1/conversations/" .. id
      if kind == "append" then
        requests[#requests + 1] = wrk.format("POST", path .. "/items", headers, body)
      else
        requests[#requests + 1] = wrk.format("GET", path, headers)
      end
    end
    line = line + 1
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("BENCH %d %d %d %d %d", summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status,
    latency:percentile(50), latency:percentile(99)))
end
