#include "storage/internal/message_writer.hpp"

#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "storage/internal/errors.hpp"

#include <map>
#include <string_view>
#include <tuple>

namespace hubbub::storage::internal {

using postgres::Params;
using postgres::Row;
using postgres::Rows;
using postgres::Statement;

namespace {

/// One runs, the next waits at the server, which then never idles while this shard is busy with answers and broadcasts.
/// Small ones rather wait here and grow: a batch costs as much as some messages.
constexpr std::size_t kBatchesInFlightMax = 2;
constexpr std::size_t kPipelinedBatchMin = 32;

constexpr Statement kAppendOne{"message_append_one", R"(
SELECT outcome, "messageId", "messageCreatedAt", "messageSeq", "messageEventSeq"
FROM chat_append_message($1, $2, $3, $4, $5))"};

constexpr Statement kAppendMany{"message_append_many", R"(
SELECT outcome, "messageId", "messageCreatedAt", "messageSeq", "messageEventSeq"
FROM chat_append_batch($1, $2, $3, $4))"};

constexpr Statement kAppendManyWithParents{"message_append_many_with_parents", R"(
SELECT outcome, "messageId", "messageCreatedAt", "messageSeq", "messageEventSeq"
FROM chat_append_batch($1, $2, $3, $4, $5))"};

constexpr Statement kAppendMentioning{"message_append_mentioning", R"(
SELECT outcome, "messageId", "messageCreatedAt", "messageSeq", "messageEventSeq"
FROM chat_append_batch($1, $2, $3, $4, $5, $6, $7))"};

constexpr Statement kMakePartitions{"partitions_make", "SELECT chat_ensure_partitions(now() + interval '3 months')"};

// chat_append_batch(), `outcome`
constexpr std::int64_t kStored = 0;
constexpr std::int64_t kKnown = 1;

chat::Errc reason(std::int64_t outcome) {
    switch (outcome) {
    case 2: return chat::Errc::channel_not_found;
    case 3: return chat::Errc::not_a_member;
    case 4: return chat::Errc::channel_archived;
    case 5: return chat::Errc::message_not_found;
    default: return chat::Errc::internal;
    }
}

std::vector<MessageWriter::Outcome> to_outcomes(const Rows& rows) {
    std::vector<MessageWriter::Outcome> outcomes;
    outcomes.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row row = rows[i];
        MessageWriter::Outcome& outcome = outcomes.emplace_back();
        outcome.kind = row.get<std::int64_t>(0);
        if (outcome.kind != kStored && outcome.kind != kKnown) continue;
        outcome.id = row.get<MessageId>(1);
        outcome.created_at = row.get<Timestamp>(2);
        outcome.seq = row.get<std::optional<std::int64_t>>(3).value_or(0);
        outcome.event_seq = row.get<std::optional<std::int64_t>>(4).value_or(0);
    }
    return outcomes;
}

chat::Appended to_appended(chat::NewMessage&& sent, const MessageWriter::Outcome& stored) {
    chat::Appended appended;
    appended.message.id = stored.id;
    appended.message.created_at = stored.created_at;
    appended.message.seq = stored.seq;
    appended.message.channel = sent.channel;
    appended.message.sender = sent.sender;
    appended.message.content = std::move(sent.content);
    appended.message.client_message_id = sent.client_message_id;
    appended.message.parent = sent.parent;
    appended.event_seq = stored.event_seq;
    return appended;
}

} // namespace

void MessageWriter::append(chat::NewMessage message, Done done) {
    if (waiting_.size() >= limits::kSendQueueMax) {
        pool_.post([done = std::move(done)]() mutable { done(chat::Errc::unavailable); });
        return;
    }
    waiting_.push_back({std::move(message), std::move(done)});
    pump_soon();
}

/// When the sockets that are readable now have been read: what they bring comes into one batch.
void MessageWriter::pump_soon() {
    if (std::exchange(pumping_, true)) return;
    pool_.post([this] {
        pumping_ = false;
        pump();
    });
}

void MessageWriter::pump() {
    if (retries_ > 0) return; // what comes later must not be stored before it
    while (in_flight_ < kBatchesInFlightMax && waiting_.size() >= (in_flight_ == 0 ? 1 : kPipelinedBatchMin))
        write(collect());
}

MessageWriter::BatchPointer MessageWriter::collect() {
    auto batch = std::make_unique<Batch>();
    std::map<std::tuple<chat::Uuid, ChannelId, UserId>, std::size_t> places;
    while (!waiting_.empty() && batch->sends.size() < limits::kSendBatchMax) {
        Send send = std::move(waiting_.front());
        waiting_.pop_front();
        const auto& message = send.message;
        const auto [place, is_new] =
            places.try_emplace({message.client_message_id, message.channel, message.sender}, batch->sends.size());
        if (is_new) {
            batch->sends.push_back(std::move(send));
        } else {
            batch->repeats.emplace_back(place->second, std::move(send));
        }
    }
    return batch;
}

void MessageWriter::write(BatchPointer batch) {
    ++in_flight_;
    batch_sizes_.record(static_cast<double>(batch->sends.size()));
    const Statement* statement = &kAppendOne;
    Params params;
    if (batch->sends.size() == 1 && batch->sends.front().message.mentions.empty()) {
        const auto& message = batch->sends.front().message;
        params =
            Params::of(message.channel, message.sender, message.content, message.client_message_id, message.parent);
    } else {
        std::vector<ChannelId> channels;
        std::vector<UserId> senders;
        std::vector<std::string_view> contents;
        std::vector<chat::Uuid> client_ids;
        std::vector<std::optional<MessageId>> parents;
        std::vector<std::int64_t> mention_places; // from 1
        std::vector<std::string_view> mentions;
        statement = &kAppendMany;
        for (const Send& send : batch->sends) {
            channels.push_back(send.message.channel);
            senders.push_back(send.message.sender);
            contents.push_back(send.message.content);
            client_ids.push_back(send.message.client_message_id);
            parents.push_back(send.message.parent);
            if (send.message.parent) statement = &kAppendManyWithParents;
            for (const std::string& name : send.message.mentions) {
                mention_places.push_back(static_cast<std::int64_t>(channels.size()));
                mentions.push_back(name);
            }
        }
        params = Params::of(channels, senders, contents, client_ids);
        if (!mentions.empty()) statement = &kAppendMentioning;
        if (statement != &kAppendMany) params.add(parents);
        if (!mentions.empty()) {
            params.add(mention_places);
            params.add(mentions);
        }
    }
    pool_.query(
        *statement, std::move(params),
        [this, batch = std::move(batch)](Result<Rows> rows) mutable {
            --in_flight_;
            on_answer(std::move(batch), rows);
            pump_soon();
        },
        lane_);
}

void MessageWriter::on_answer(BatchPointer batch, const Result<Rows>& rows) {
    if (rows) {
        const auto outcomes = decoded(rows, to_outcomes);
        return outcomes ? answer_all(*batch, *outcomes) : fail_all(*batch, outcomes.error());
    }
    if (rows.error() == postgres::kCheckViolation && !batch->retried)
        return make_partitions_and_retry(std::move(batch));
    fail_all(*batch, to_chat_error(rows.error()));
}

void MessageWriter::fail_all(Batch& batch, const error_code& error) {
    for (Send& send : batch.sends) send.done(error);
    for (auto& [place, send] : batch.repeats) send.done(error);
}

void MessageWriter::answer_all(Batch& batch, const std::vector<Outcome>& outcomes) {
    if (outcomes.size() != batch.sends.size()) return fail_all(batch, chat::Errc::internal);
    for (std::size_t i = 0; i < batch.sends.size(); ++i) {
        Send& send = batch.sends[i];
        if (outcomes[i].kind == kStored) {
            indexer_.note(send.message.channel);
            send.done(to_appended(std::move(send.message), outcomes[i]));
        } else {
            answer_repeat(std::move(send.done), outcomes[i]);
        }
    }
    for (auto& [place, send] : batch.repeats) answer_repeat(std::move(send.done), outcomes[place]);
}

void MessageWriter::answer_repeat(Done done, const Outcome& outcome) {
    if (outcome.kind != kStored && outcome.kind != kKnown) return done(reason(outcome.kind));
    find_stored_(outcome.id, outcome.created_at, std::move(done));
}

void MessageWriter::make_partitions_and_retry(BatchPointer batch) {
    batch->retried = true;
    ++retries_;
    pool_.query(
        kMakePartitions, {},
        [this, batch = std::move(batch)](const Result<Rows>&) mutable {
            --retries_;
            write(std::move(batch));
        },
        lane_);
}

} // namespace hubbub::storage::internal
