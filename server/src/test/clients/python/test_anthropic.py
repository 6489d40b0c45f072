"""Anthropic's own client against a running server."""

import json
import unittest
from typing import Literal

import anthropic
from pydantic import BaseModel

from common import BASE, CITY, KEY, MODEL, QUICK, SLOW, Busy, ended, limited_key

TOOL = {"name": "population", "description": "How many live in a city.", "input_schema": CITY}
QUESTION = [{"role": "user", "content": "Name three rivers."}]


class City(BaseModel):
    city: Literal["Oslo", "Rome"]
    people: Literal[700000, 2700000]


def client(key=KEY, retries=0):
    return anthropic.Anthropic(base_url=BASE, api_key=key, max_retries=retries)


class AnthropicClient(unittest.TestCase):
    def setUp(self):
        self.client = client()

    def test_message(self):
        message = self.client.messages.create(
            model=MODEL, max_tokens=12, system="Be brief.", messages=QUESTION, stop_sequences=["Thames, of course"]
        )
        self.assertEqual(message.role, "assistant")
        self.assertEqual(message.content[0].type, "text")
        self.assertTrue(message.content[0].text)
        self.assertIn(message.stop_reason, ["end_turn", "max_tokens"])
        self.assertLessEqual(message.usage.output_tokens, 12)
        self.assertTrue(message._request_id.startswith("req_"))

    def test_stream(self):
        with self.client.messages.stream(model=MODEL, max_tokens=12, messages=QUESTION) as stream:
            text = "".join(stream.text_stream)
            final = stream.get_final_message()
        self.assertEqual(final.content[0].text, text)
        self.assertTrue(text)
        self.assertIn(final.stop_reason, ["end_turn", "max_tokens"])
        self.assertTrue(0 < final.usage.output_tokens <= 12)

    def test_stream_events_come_in_order(self):
        events = list(self.client.messages.create(model=MODEL, max_tokens=5, messages=QUESTION, stream=True))
        types = [event.type for event in events]
        self.assertEqual(types[0], "message_start")
        self.assertEqual(types[1], "content_block_start")
        self.assertEqual(types[-3:], ["content_block_stop", "message_delta", "message_stop"])

    def test_tool_loop(self):
        messages = [{"role": "user", "content": "How many live in Oslo?"}]
        with self.client.messages.stream(
            model=MODEL, max_tokens=200, messages=messages, tools=[TOOL], tool_choice={"type": "tool", "name": "population"}
        ) as stream:
            asked = stream.get_final_message()
        self.assertEqual(asked.stop_reason, "tool_use")
        call = asked.content[-1]
        self.assertEqual((call.type, call.name), ("tool_use", "population"))
        City.model_validate(call.input)
        messages += [
            {"role": "assistant", "content": asked.content},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "717,710"}]},
        ]
        answer = self.client.messages.create(
            model=MODEL, max_tokens=12, messages=messages, tools=[TOOL], tool_choice={"type": "none"}
        )
        self.assertEqual(answer.content[0].type, "text")

    def test_tool_runner(self):
        called = []

        @anthropic.beta_tool
        def population(city: Literal["Oslo", "Rome"]) -> str:
            """How many live in a city.

            Args:
                city: The city's name.
            """
            called.append(city)
            return "700,000"

        # It asks for a conversation that the server holds, and goes on without when it is told that there is none.
        runner = self.client.beta.messages.tool_runner(
            model=MODEL,
            max_tokens=200,
            max_iterations=2,
            messages=[{"role": "user", "content": "How many live in Oslo?"}],
            tools=[population],
            tool_choice={"type": "any", "disable_parallel_tool_use": True},
        )
        self.assertEqual([message.stop_reason for message in runner], ["tool_use", "tool_use"])
        self.assertGreaterEqual(len(called), 1)

    def test_structured_output(self):
        message = self.client.messages.create(
            model=MODEL,
            max_tokens=200,
            messages=[{"role": "user", "content": "Describe Oslo."}],
            output_config={"format": {"type": "json_schema", "schema": CITY}},
        )
        City.model_validate(json.loads(message.content[0].text))
        parsed = self.client.messages.parse(
            model=MODEL, max_tokens=200, messages=[{"role": "user", "content": "Describe Rome."}], output_format=City
        )
        self.assertIsInstance(parsed.parsed_output, City)

    def test_structured_output_beside_tools(self):
        message = self.client.messages.create(
            model=MODEL,
            max_tokens=200,
            messages=[{"role": "user", "content": "Describe Oslo."}],
            tools=[{**TOOL, "strict": True}],
            tool_choice={"type": "auto", "disable_parallel_tool_use": True},
            output_config={"format": {"type": "json_schema", "schema": CITY}},
        )
        # The model chooses: a call, or the form; nothing else.
        last = message.content[-1]
        self.assertEqual(message.stop_reason, "tool_use" if last.type == "tool_use" else "end_turn")
        City.model_validate(last.input if last.type == "tool_use" else json.loads(last.text))

    def test_cached_tokens(self):
        text = "The Po rises on Monte Viso and ends in the Adriatic Sea. " * 4
        system = [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]
        ask = {"model": MODEL, "max_tokens": 1, "system": system, "messages": QUESTION}
        first = self.client.messages.create(**ask).usage
        again = self.client.messages.create(**ask).usage
        self.assertEqual(first.input_tokens, 0)
        self.assertEqual(first.cache_creation.ephemeral_5m_input_tokens, first.cache_creation_input_tokens)
        self.assertGreater(again.cache_read_input_tokens, 40)
        for usage in (first, again):
            total = usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens
            self.assertEqual(total, self.client.messages.count_tokens(model=MODEL, system=system, messages=QUESTION).input_tokens)
            self.assertEqual(usage.service_tier, "standard")

    def test_count_tokens_is_what_a_message_uses(self):
        count = self.client.messages.count_tokens(model=MODEL, messages=QUESTION)
        usage = self.client.messages.create(model=MODEL, max_tokens=1, messages=QUESTION).usage
        self.assertEqual(count.input_tokens, usage.input_tokens + usage.cache_read_input_tokens)

    def test_models(self):
        models = {model.id: model for model in self.client.models.list(limit=1)}
        self.assertIn(MODEL, models)
        self.assertEqual(self.client.models.retrieve("stoa-latest"), self.client.models.retrieve(MODEL))
        self.assertEqual(self.client.models.retrieve(MODEL), models[MODEL])

    def test_files(self):
        made = self.client.files.upload(file=("rivers.txt", b"Po, Ebro, Loire", "text/plain"))
        self.assertEqual((made.filename, made.size_bytes, made.mime_type), ("rivers.txt", 15, "text/plain"))
        self.assertIn(made.id, [file.id for file in self.client.files.list(limit=1)])
        self.assertEqual(self.client.files.retrieve_metadata(made.id), made)
        self.assertEqual(self.client.files.download(made.id).read(), b"Po, Ebro, Loire")
        self.assertEqual(self.client.files.delete(made.id).id, made.id)
        with self.assertRaises(anthropic.NotFoundError):
            self.client.files.retrieve_metadata(made.id)

    def test_documents(self):
        """A real model cites what it likes; what it cites must stand there."""
        text = "The Po is 652 km long. The Ebro is 930 km long. Rome lies on the Tiber."
        made = self.client.files.upload(file=("rivers.txt", text.encode(), "text/plain"))
        for source in [{"type": "text", "media_type": "text/plain", "data": text}, {"type": "file", "file_id": made.id}]:
            document = {"type": "document", "source": source, "title": "Rivers", "citations": {"enabled": True}}
            ask = [{"role": "user", "content": [document, {"type": "text", "text": "Repeat the first two sentences, with their marks."}]}]
            with self.client.messages.stream(model=MODEL, max_tokens=60, messages=ask) as stream:
                final = stream.get_final_message()
            self.assertGreater(final.usage.input_tokens + final.usage.cache_read_input_tokens, 60)
            for block in final.content:
                for citation in block.citations or []:
                    self.assertEqual(citation.type, "char_location")
                    self.assertEqual(citation.cited_text, text[citation.start_char_index : citation.end_char_index])
                    self.assertEqual(citation.document_title, "Rivers")
            again = ask + [{"role": "assistant", "content": final.content}, {"role": "user", "content": "Thanks."}]
            count = self.client.messages.count_tokens(model=MODEL, messages=again)
            self.assertGreater(count.input_tokens, 60)
        self.client.files.delete(made.id)
        with self.assertRaises(anthropic.NotFoundError):
            self.client.messages.create(model=MODEL, max_tokens=1, messages=ask)

    def test_batch(self):
        asks = {"first": {"model": QUICK, "max_tokens": 20, "messages": QUESTION}, "second": {"model": "none", "max_tokens": 1, "messages": QUESTION}}
        batches = self.client.messages.batches
        made = batches.create(requests=[{"custom_id": name, "params": params} for name, params in asks.items()])
        over = ended(lambda: batches.retrieve(made.id), lambda batch: batch.processing_status == "ended")
        self.assertEqual((over.request_counts.succeeded, over.request_counts.errored), (1, 1))
        results = {result.custom_id: result.result for result in batches.results(made.id)}
        self.assertEqual(results["first"].message.usage.output_tokens, 8)
        self.assertEqual(results["second"].error.error.type, "not_found_error")
        self.assertIn(made.id, [batch.id for batch in batches.list(limit=1)])
        self.assertEqual(batches.delete(made.id).id, made.id)

    def test_errors(self):
        ask = {"model": MODEL, "max_tokens": 5, "messages": QUESTION}
        for error, status, type, call in [
            (anthropic.AuthenticationError, 401, "authentication_error", lambda: client("sk-none").messages.create(**ask)),
            (anthropic.BadRequestError, 400, "invalid_request_error", lambda: self.client.messages.create(**{**ask, "messages": []})),
            (anthropic.NotFoundError, 404, "not_found_error", lambda: self.client.messages.create(**{**ask, "model": "none"})),
            (anthropic.BadRequestError, 400, "invalid_request_error", lambda: list(self.client.messages.create(**{**ask, "max_tokens": 0}, stream=True))),
        ]:
            with self.assertRaises(error) as raised:
                call()
            self.assertEqual(raised.exception.status_code, status)
            self.assertEqual(raised.exception.body["error"]["type"], type)
            self.assertEqual(raised.exception.request_id, raised.exception.body["request_id"])

    def test_rate_limit_is_waited_for(self):
        key = limited_key(in_flight=1)
        ask = {"model": SLOW, "max_tokens": 100, "messages": QUESTION}
        with Busy(client(key).messages.create(**ask, stream=True)):
            with self.assertRaises(anthropic.RateLimitError) as raised:
                client(key).messages.create(**ask)
            self.assertEqual(raised.exception.status_code, 429)
            self.assertGreater(int(raised.exception.response.headers["retry-after"]), 0)
            answer = client(key, retries=8).messages.with_raw_response.create(**ask)
        self.assertGreater(answer.retries_taken, 0)
        self.assertEqual(answer.parse().usage.output_tokens, 25)


if __name__ == "__main__":
    unittest.main()
