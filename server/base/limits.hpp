#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every bound of the server that has no reason to differ between installations, in one place. What an operator may
/// change is in main/config.hpp, with these as defaults.
namespace hubbub::limits {

using namespace std::chrono_literals;

// HTTP (net/http)
inline constexpr std::size_t kHttpTargetBytesMax = 8 * 1024; ///< over it: 414
inline constexpr std::size_t kHttpHeadBytesMax = 8 * 1024;   ///< header section after the request line; over it: 431
inline constexpr std::size_t kHttpHeaderCountMax = 100;      ///< over it: 431
inline constexpr std::size_t kHttpBodyBytesMax = 1'000'000;  ///< REST and polling bodies; over it: 413
inline constexpr auto kHttpHeadTimeout = 10s;                ///< from first byte to end of head
inline constexpr auto kHttpBodyTimeout = 30s;                ///< from end of head to end of body
inline constexpr auto kHttpIdleTimeout = 60s;                ///< keep-alive without a request
inline constexpr std::size_t kHttpPipelinedBytesMax = 64 * 1024; ///< unread bytes kept behind a running request

// Connections (net)
inline constexpr std::size_t kReadBufferBytes = 64 * 1024;        ///< one a shard, shared by its sockets
inline constexpr std::size_t kOutboxBytesMax = 4 * 1024 * 1024;   ///< a slow consumer above it is closed
inline constexpr std::size_t kOutboxVolatileBytesMax = 64 * 1024; ///< volatile events are dropped above it
inline constexpr std::size_t kDeflateThreshold = 1024;            ///< shorter messages are never compressed
inline constexpr std::size_t kConnectionsPerShardMax = 100'000;
inline constexpr auto kTlsHandshakeTimeout = 10s; ///< from the connection to the end of the handshake
inline constexpr auto kCloseFlush = 10s;          ///< for the peer to read any of what is left before a close
inline constexpr auto kCloseLinger = 2s;          ///< for the peer to answer a close before the reset

// Log
inline constexpr auto kLogPause = 5s;            ///< in which lines that are alike are counted
inline constexpr std::size_t kLogAlikeMax = 256; ///< kinds of them at a time; of more the event alone counts

// Runtime
inline constexpr int kHandlersPerTick = 128; ///< ready handlers run before dirty sockets are flushed

// Engine.IO / Socket.IO (protocol defaults)
inline constexpr auto kPingInterval = 25'000ms;
inline constexpr auto kPingTimeout = 20'000ms;
inline constexpr auto kUpgradeTimeout = 10'000ms;
inline constexpr auto kConnectTimeout = 45'000ms;
inline constexpr std::size_t kMaxPayloadBytes = 1'000'000;
inline constexpr std::size_t kHandshakeFieldBytesMax = 256; ///< of a header that a session keeps; the rest is cut off
inline constexpr std::size_t kPacketsPerPayloadMax = 10'000;
inline constexpr std::size_t kAttachmentsMax = 10;
inline constexpr std::size_t kNamespaceBytesMax = 256;
inline constexpr std::size_t kNamespacesPerClientMax = 64;
inline constexpr std::size_t kConnectErrorsMax = 10;       ///< answers to one client's CONNECTs; then it is closed
inline constexpr std::size_t kChildNamespacesMax = 10'000; ///< made on demand for a parent; more: "Invalid namespace"
inline constexpr std::size_t kEventNameBytesMax = 256;
inline constexpr std::size_t kRoomsPerSocketMax = 20'000;
inline constexpr auto kRecoveryWindow = 120'000ms;
inline constexpr std::size_t kRecoveryPacketsMax = 100'000;           ///< in the log of a namespace, on each shard
inline constexpr std::size_t kRecoveryLogBytesMax = 16 * 1024 * 1024; ///< the same
inline constexpr std::size_t kRecoverySessionsMax = 100'000;          ///< saved, of a namespace, on each shard
inline constexpr std::size_t kRecoveryMissedBytesMax = kOutboxBytesMax / 2; ///< sent to one client that comes back
inline constexpr int kJsonDepthMax = 32;

// Database (postgres)
inline constexpr std::size_t kDatabaseQueueMax = 10'000; ///< unanswered queries of one shard; over it: `overloaded`
inline constexpr auto kDatabaseConnectTimeout = 5s;
inline constexpr auto kDatabaseAnswerTimeout = 15s; ///< a connection that is silent for longer is given up
inline constexpr auto kDatabaseRetryMin = 50ms;     ///< before the second attempt to reconnect; doubles, with jitter
inline constexpr auto kDatabaseRetryMax = 3s;
inline constexpr auto kDatabaseProbePause = 500ms;    ///< the most for one connection of a shard: the others follow it
inline constexpr auto kHousekeepingPause = 10min;     ///< between two runs
inline constexpr auto kHousekeepingStepPause = 100ms; ///< between its steps, each of 5,000 rows (migration 0027)
inline constexpr auto kClaimPause = 5s; ///< between two looks whether another server is at work on the database

// Chat (contract, "limits" of `connected`)
inline constexpr std::size_t kMessageBytesMax = 16 * 1024;
inline constexpr std::size_t kHistoryPageMax = 100;
inline constexpr std::size_t kHistoryPageDefault = 50;
inline constexpr std::size_t kListPageMax = 100;
inline constexpr std::size_t kListPageDefault = 50;
inline constexpr std::size_t kResumeEventsMax = 1'000;              ///< a channel; more: `recovered: false`
inline constexpr std::size_t kResumeBytesMax = kOutboxBytesMax / 4; ///< an answer; the same of the channels beyond it
inline constexpr std::size_t kDearReadsPerUser = 2;     ///< searches and resumes under way on one shard; more wait
inline constexpr std::size_t kDearReadsWaitingMax = 64; ///< of a user on one shard; more: `limit.rate`
inline constexpr auto kDearReadTimeout = 15s;           ///< for its turn; then: `limit.rate`
inline constexpr std::size_t kUsernameMin = 3;
inline constexpr std::size_t kUsernameMax = 32;
inline constexpr std::size_t kPasswordBytesMin = 8;
inline constexpr std::size_t kPasswordBytesMax = 256;
inline constexpr std::size_t kDisplayNameMax = 64;
inline constexpr std::size_t kChannelNameMax = 80;
inline constexpr std::size_t kTopicMax = 250;
inline constexpr std::int64_t kChannelsPerUserMax = 2'000;  ///< that one is in, direct ones too; more: `limit.channels`
inline constexpr std::int64_t kChannelsByOthersMax = 1'500; ///< up to which others add: the rest is left to the user
inline constexpr std::int64_t kChannelsMadeMax = 500; ///< open ones that a user has made; more: `limit.channels_made`
inline constexpr std::size_t kAdditionsPerHour = 100; ///< of one user by others, on a node; more: `limit.additions`
inline constexpr std::size_t kConnectedChannelsMax = 500; ///< in `connected`, each of 1 KB at most; the rest by pages
inline constexpr std::size_t kInvitesPerChannelMax = 100; ///< good at a time; more: `limit.invites`
inline constexpr std::int64_t kInvitationsMax = 100;      ///< of one user, good at a time; more: `limit.invitations`
inline constexpr std::int64_t kInviteUsesMax = 1'000;
inline constexpr auto kInviteTtlDefault = 24h * 7;
inline constexpr auto kInviteTtlMax = 24h * 30;
inline constexpr std::size_t kReactionBytesMax = 64;     ///< of an emoji with all its modifiers
inline constexpr std::size_t kReactionNameMax = 32;      ///< of `:name:`, without the colons
inline constexpr std::size_t kReactionKindsMax = 20;     ///< different ones on a message; more: `limit.reactions`
inline constexpr std::size_t kReactionUsersMax = 20;     ///< of each, named beside its count
inline constexpr std::size_t kSendBatchMax = 256;        ///< messages in one group commit
inline constexpr std::size_t kSendQueueMax = 10'000;     ///< waiting in one write lane; more: `server.unavailable`
inline constexpr std::size_t kPasswordHashQueueMax = 64; ///< waiting for argon2id; more: `limit.rate`
inline constexpr std::size_t kHashesPerAddressMax = 20;  ///< passwords of one address in that queue; the same
inline constexpr std::size_t kHashesPerAccountMax = 8;   ///< passwords of one account in it; the same
inline constexpr std::size_t kMarkIdsMax = 100;          ///< `messageIds` of one mark
inline constexpr auto kReceiptsPause = 250ms;            ///< between two writes of the marks that a shard's sends moved
inline constexpr auto kReceiptsWaitedPause = 25ms;       ///< the same when somebody waits for their acknowledgement
inline constexpr std::size_t kReceiptsBatchMax = 1'000;  ///< marks in one write
inline constexpr std::size_t kReceiptsPendingMax = 100'000;  ///< unwritten marks of a shard; more: unavailable
inline constexpr std::size_t kReceiptsMembersMax = 256;      ///< a channel with more keeps watermarks only
inline constexpr auto kFeedHold = 50ms;                      ///< an event waits for one before it, until that is read
inline constexpr std::size_t kFeedRepairsMax = 32;           ///< channels of a shard whose log is read at a time
inline constexpr std::size_t kFeedBytesHeldMax = 16'000'000; ///< of events of a shard that wait; more: `channel_behind`
inline constexpr auto kFeedRetryPause = 1s;                  ///< after a read that failed
inline constexpr int kFeedRetriesMax = 60;                   ///< then: `channel_behind`
inline constexpr auto kSettleTimeout = 2s;                   ///< an answer waits for the writes before it
inline constexpr auto kAddedRetryPause = 1s;       ///< before the state of a channel is read again for `channel_added`
inline constexpr int kAddedReadsMax = 30;          ///< then the sockets are closed, and come again
inline constexpr auto kChangesPause = 2s;          ///< between two looks at what the database has changed
inline constexpr std::size_t kChangesPage = 1'000; ///< of these in one query
inline constexpr auto kChangesOverlap = kDatabaseAnswerTimeout + 5s; ///< a change is seen so long after it was made
inline constexpr auto kHeadsPause = 5s;             ///< between two comparisons of the heads of channels in use
inline constexpr std::size_t kHeadsPage = 1'000;    ///< of these in one query
inline constexpr std::size_t kExternalKeysMax = 32; ///< of a JWKS file; more: it is refused
inline constexpr std::size_t kExternalSubjectBytesMax = 255; ///< `sub` of a token signed elsewhere
inline constexpr auto kAccessTokenTtl = 15min;
inline constexpr auto kRefreshTokenTtl = 24h * 30;
inline constexpr auto kRefreshGrace = 10s; ///< in which a refresh token works again, if its answer was lost
inline constexpr auto kTokenExpiryWarning = 60s;
inline constexpr auto kTypingExpiry = 6s;
inline constexpr auto kPresenceGrace = 5s;                ///< a user without a connection for longer is offline
inline constexpr auto kPresencePause = 200ms;             ///< between two rounds of a shard's presence changes
inline constexpr std::size_t kPresenceRoundMax = 64;      ///< users told of in one round; the others wait for the next
inline constexpr std::size_t kPresenceIdsMax = 200;       ///< `userIds` of one `get_presence`
inline constexpr std::size_t kPresenceMembersMax = 1'000; ///< told of a channel, the first by id
inline constexpr std::size_t kStatusTextMax = 100;
inline constexpr std::size_t kMentionsMax = 50;          ///< different names in a message; more count for nobody
inline constexpr std::size_t kSearchTextMax = 200;       ///< characters of what is searched for
inline constexpr std::size_t kSearchIndexBatchMax = 500; ///< messages put into the search index in one go
inline constexpr auto kSearchIndexPause = 1s;            ///< before the next one while messages keep coming
// In SQL (migration 0023): of a message the first 16,384 characters are indexed, and in one go 1,000,000 bytes of text.

// How much of it (gateway). Of all events of a user in a second, and of all their REST requests, those of one costly
// kind are at most a share.
inline constexpr std::size_t kConnectionsPerUser = 100;
inline constexpr std::size_t kConnectionsPerAddress = 20'000; ///< a company may come from one
inline constexpr std::size_t kArrivingPerAddressMax = 2'000;  ///< of these, sessions that no CONNECT has let in yet
inline constexpr std::size_t kArrivingPerShardMax = 10'000;   ///< the same of all addresses, on one shard
inline constexpr double kWriteShare = 0.2;                    ///< sending, editing, deleting, reacting, marks: each
inline constexpr double kReadShare = 0.2;                     ///< history, search, presence, what was missed: each
inline constexpr int kReadsMax = 5;          ///< of one GET, while memberships of its user change; then unavailable
inline constexpr double kSignalShare = 0.1;  ///< typing, one's own presence: each
inline constexpr double kChangeShare = 0.1;  ///< joining, leaving, members, channels, invitations, tokens: each
inline constexpr auto kMetricsPause = 100ms; ///< between two collections for /metrics
inline constexpr std::size_t kRequestIdBytesMax = 64;    ///< of a proxy's X-Request-Id; a longer one is replaced
inline constexpr std::size_t kRetentionMonthsMax = 1200; ///< a century

} // namespace hubbub::limits
