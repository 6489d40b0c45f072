"""OpenAI's own client against a running server."""

import base64
import json
import unittest
from typing import Literal

import openai
from pydantic import BaseModel

from common import BASE, CITY, KEY, MODEL, QUICK, SLOW, Busy, ended, limited_key

FUNCTION = {"name": "population", "description": "How many live in a city.", "parameters": CITY, "strict": True}
QUESTION = [{"role": "user", "content": "Name three rivers."}]
EMBEDDER = "all-minilm-l6-v2"


class City(BaseModel):
    city: Literal["Oslo", "Rome"]
    people: Literal[700000, 2700000]


def client(key=KEY, retries=0):
    return openai.OpenAI(base_url=BASE + "/v1", api_key=key, max_retries=retries)


class OpenAiClient(unittest.TestCase):
    def setUp(self):
        self.client = client()

    def test_chat(self):
        answer = self.client.chat.completions.create(
            model=MODEL, max_completion_tokens=12, messages=QUESTION, n=2, seed=7, logprobs=True, top_logprobs=2
        )
        self.assertEqual([choice.index for choice in answer.choices], [0, 1])
        for choice in answer.choices:
            self.assertTrue(choice.message.content)
            self.assertEqual("".join(token.token for token in choice.logprobs.content), choice.message.content)
            self.assertEqual(len(choice.logprobs.content[0].top_logprobs), 2)
        self.assertLessEqual(answer.usage.completion_tokens, 24)
        self.assertTrue(answer._request_id.startswith("req_"))

    def test_chat_stream_says_what_the_whole_answer_says(self):
        ask = {"model": MODEL, "max_completion_tokens": 12, "messages": QUESTION, "temperature": 0}
        whole = self.client.chat.completions.create(**ask)
        with self.client.chat.completions.stream(**ask, stream_options={"include_usage": True}) as stream:
            for _ in stream:
                pass
            final = stream.current_completion_snapshot
        self.assertEqual(final.choices[0].message.content, whole.choices[0].message.content)
        self.assertEqual(final.choices[0].finish_reason, whole.choices[0].finish_reason)
        self.assertEqual(final.usage.completion_tokens, whole.usage.completion_tokens)

    def test_chat_tool_loop(self):
        messages = [{"role": "user", "content": "How many live in Oslo?"}]
        tools = [{"type": "function", "function": FUNCTION}]
        with self.client.chat.completions.stream(
            model=MODEL,
            max_completion_tokens=200,
            messages=messages,
            tools=tools,
            tool_choice="required",
            parallel_tool_calls=False,
        ) as stream:
            for _ in stream:
                pass
            asked = stream.get_final_completion().choices[0]
        self.assertEqual(asked.finish_reason, "tool_calls")
        messages.append(asked.message)
        for call in asked.message.tool_calls:
            self.assertEqual(call.function.name, "population")
            City.model_validate(json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": "717,710"})
        answer = self.client.chat.completions.create(
            model=MODEL, max_completion_tokens=12, messages=messages, tools=tools, tool_choice="none"
        )
        self.assertTrue(answer.choices[0].message.content)

    def test_chat_structured_output(self):
        answer = self.client.chat.completions.parse(
            model=MODEL,
            max_completion_tokens=200,
            messages=[{"role": "user", "content": "Describe Oslo."}],
            response_format=City,
        )
        self.assertIsInstance(answer.choices[0].message.parsed, City)

    def test_response(self):
        ask = {"model": MODEL, "max_output_tokens": 12, "input": "Name three rivers.", "instructions": "Be brief.", "temperature": 0, "store": False}
        whole = self.client.responses.create(**ask)
        self.assertTrue(whole.output_text)
        self.assertIn(whole.status, ["completed", "incomplete"])
        with self.client.responses.stream(**ask) as stream:
            events = list(stream)
            final = stream.get_final_response() if events[-1].type == "response.completed" else events[-1].response
        self.assertEqual(final.output_text, whole.output_text)
        self.assertEqual([event.sequence_number for event in events if hasattr(event, "sequence_number")], list(range(len(events))))

    def test_response_tool_loop(self):
        tool = {"type": "function", **FUNCTION}
        items = [{"role": "user", "content": "How many live in Oslo?"}]
        ask = {"model": MODEL, "tools": [tool], "store": False}
        asked = self.client.responses.create(
            **ask, input=items, max_output_tokens=200, tool_choice="required", parallel_tool_calls=False
        )
        items += asked.output
        calls = [item for item in asked.output if item.type == "function_call"]
        self.assertTrue(calls)
        for call in calls:
            City.model_validate(json.loads(call.arguments))
            items.append({"type": "function_call_output", "call_id": call.call_id, "output": "717,710"})
        answer = self.client.responses.create(**ask, input=items, max_output_tokens=12, tool_choice="none")
        self.assertTrue(answer.output_text)

    def test_response_structured_output(self):
        answer = self.client.responses.parse(
            model=MODEL, max_output_tokens=200, input="Describe Rome.", text_format=City, store=False
        )
        self.assertIsInstance(answer.output_parsed, City)

    def test_completion(self):
        ask = {"model": MODEL, "prompt": ["The river", "The hill"], "max_tokens": 6, "temperature": 0}
        whole = self.client.completions.create(**ask)
        texts = ["", ""]
        for chunk in self.client.completions.create(**ask, stream=True):
            for choice in chunk.choices:
                texts[choice.index] += choice.text
        self.assertEqual(texts, [choice.text for choice in whole.choices])

    def test_embeddings(self):
        """The client asks for base64 by itself, and makes numbers of it."""
        made = self.client.embeddings.create(model=EMBEDDER, input=["a river", "a stream", "a tax return"])
        river, stream, tax = (item.embedding for item in made.data)
        self.assertEqual(len(river), 384)

        def near(a, b):
            return sum(x * y for x, y in zip(a, b))

        self.assertGreater(near(river, stream), near(river, tax))
        numbers = self.client.embeddings.create(model=EMBEDDER, input="a river", encoding_format="float")
        self.assertGreater(near(numbers.data[0].embedding, river), 0.98)

    def test_embeddings_of_the_served_model(self):
        texts = ["The river flows to the sea.", "The river runs to the ocean.", "def f(x): return x + 1"]
        river, stream, code = (item.embedding for item in self.client.embeddings.create(model=MODEL, input=texts).data)
        self.assertEqual(len(river), 576)
        self.assertAlmostEqual(sum(x * x for x in river), 1, places=3)
        self.assertGreater(sum(map(float.__mul__, river, stream)), sum(map(float.__mul__, river, code)))

    def test_models(self):
        ids = [model.id for model in self.client.models.list()]
        self.assertIn(MODEL, ids)
        self.assertIn(EMBEDDER, ids)
        self.assertEqual(self.client.models.retrieve("stoa-latest").id, MODEL)

    def test_files_are_read(self):
        text = b"The Po is 652 km long, the Ebro 930 km, the Tiber 406 km, the Loire 1,006 km."
        made = self.client.files.create(file=("rivers.txt", text), purpose="user_data")
        data = "data:text/plain;base64," + base64.b64encode(text).decode()
        for file in [{"file_id": made.id}, {"filename": "rivers.txt", "file_data": data}]:
            content = [{"type": "file", "file": file}, {"type": "text", "text": "Name one."}]
            answer = self.client.chat.completions.create(model=MODEL, max_tokens=1, messages=[{"role": "user", "content": content}])
            self.assertGreater(answer.usage.prompt_tokens, 40)
            content = [{"type": "input_file", **file}, {"type": "input_text", "text": "Name one."}]
            response = self.client.responses.create(model=MODEL, max_output_tokens=1, store=False, input=[{"role": "user", "content": content}])
            self.assertEqual(response.usage.input_tokens, answer.usage.prompt_tokens)
        self.client.files.delete(made.id)

    def test_files(self):
        made = self.client.files.create(file=("rivers.txt", b"Po, Ebro, Loire"), purpose="user_data", expires_after={"anchor": "created_at", "seconds": 3600})
        self.assertEqual((made.filename, made.bytes, made.purpose), ("rivers.txt", 15, "user_data"))
        self.assertEqual(made.expires_at, made.created_at + 3600)
        self.assertIn(made.id, [file.id for file in self.client.files.list(limit=1)])
        self.assertEqual(self.client.files.content(made.id).read(), b"Po, Ebro, Loire")
        self.assertTrue(self.client.files.delete(made.id).deleted)
        with self.assertRaises(openai.NotFoundError):
            self.client.files.retrieve(made.id)

    def test_batch(self):
        ask = {"model": QUICK, "max_completion_tokens": 20, "messages": QUESTION}
        lines = [
            {"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": {**ask, "model": model}}
            for name, model in [("first", QUICK), ("second", "none")]
        ]
        content = "\n".join(json.dumps(line) for line in lines).encode()
        file = self.client.files.create(file=("asks.jsonl", content), purpose="batch")
        made = self.client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
        over = ended(lambda: self.client.batches.retrieve(made.id), lambda batch: batch.status == "completed")
        self.assertEqual((over.request_counts.completed, over.request_counts.failed), (1, 1))
        answered = json.loads(self.client.files.content(over.output_file_id).text)
        self.assertEqual(answered["custom_id"], "first")
        self.assertEqual(answered["response"]["body"]["usage"]["completion_tokens"], 8)
        failed = json.loads(self.client.files.content(over.error_file_id).text)
        self.assertEqual((failed["custom_id"], failed["response"]["status_code"]), ("second", 404))

    def test_errors(self):
        ask = {"model": MODEL, "max_completion_tokens": 5, "messages": QUESTION}
        for error, status, code, param, call in [
            (openai.AuthenticationError, 401, "invalid_api_key", None, lambda: client("sk-none").chat.completions.create(**ask)),
            (openai.BadRequestError, 400, None, "messages", lambda: self.client.chat.completions.create(**{**ask, "messages": []})),
            (openai.NotFoundError, 404, "model_not_found", "model", lambda: self.client.chat.completions.create(**{**ask, "model": "none"})),
            (openai.BadRequestError, 400, None, "n", lambda: self.client.chat.completions.create(**ask, n=99, stream=True)),
        ]:
            with self.assertRaises(error) as raised:
                call()
            self.assertEqual(raised.exception.status_code, status)
            self.assertEqual((raised.exception.code, raised.exception.param), (code, param))
            self.assertTrue(raised.exception.request_id.startswith("req_"))

    def test_rate_limit_is_waited_for(self):
        key = limited_key(in_flight=1)
        ask = {"model": SLOW, "max_completion_tokens": 100, "messages": QUESTION}
        with Busy(client(key).chat.completions.create(**ask, stream=True)):
            with self.assertRaises(openai.RateLimitError) as raised:
                client(key).chat.completions.create(**ask)
            self.assertEqual((raised.exception.status_code, raised.exception.code), (429, "rate_limit_exceeded"))
            self.assertGreater(int(raised.exception.response.headers["retry-after"]), 0)
            answer = client(key, retries=8).chat.completions.with_raw_response.create(**ask)
        self.assertGreater(answer.retries_taken, 0)
        self.assertEqual(answer.parse().usage.completion_tokens, 25)

    def test_spent_budget_is_not_tried_again(self):
        key = limited_key(budgets=[{"period": "day", "unit": "tokens", "amount": 1}])
        ask = {"model": SLOW, "max_completion_tokens": 5, "messages": QUESTION}
        with self.assertRaises(openai.RateLimitError) as raised:
            for _ in range(2):
                client(key, retries=8).chat.completions.create(**ask)
        self.assertEqual(raised.exception.code, "insufficient_quota")


if __name__ == "__main__":
    unittest.main()
