"""The times of RFC 3261 (table 4), in seconds."""

T1_S = 0.5  # what a round trip is taken to last
T2_S = 4.0  # the longest pause between two copies of a request or an answer
T4_S = 5.0  # the longest that a message stays in the network
TIMEOUT_S = 64 * T1_S  # timers B, F, H, J, L, M: who has heard nothing for so long gives up
TIMER_D_S = 32.0  # how long copies of a refused INVITE's answer may still come
