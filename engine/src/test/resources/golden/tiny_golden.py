"""Has llama.cpp compute the logits of the tiny models, for tiny.json.

    java -cp engine/target/classes:engine/target/test-classes dev.stoa.engine.model.TinyModels /tmp/tiny
    LLAMA_CPP_LIB_PATH=<folder of libllama.so> python3 tiny_golden.py /tmp/tiny > tiny.json

Needs the Python sources of llama-cpp-python that go with the library. Keys and values are floats and flash attention is
off, so that nothing is rounded on the way.
"""

import ctypes
import json
import pathlib
import sys

import llama_cpp.llama_cpp as llama

POSITIONS = [0, 9, 39]


def logits(path, tokens):
    model = llama.llama_model_load_from_file(str(path).encode(), llama.llama_model_default_params())
    params = llama.llama_context_default_params()
    params.n_ctx = 256
    params.n_batch = params.n_ubatch = 256
    params.n_threads = params.n_threads_batch = 1
    params.type_k = params.type_v = 0
    params.flash_attn_type = 0
    context = llama.llama_init_from_model(model, params)
    batch = llama.llama_batch_init(len(tokens), 0, 1)
    batch.n_tokens = len(tokens)
    for i, token in enumerate(tokens):
        batch.token[i] = token
        batch.pos[i] = i
        batch.n_seq_id[i] = 1
        batch.seq_id[i][0] = 0
        batch.logits[i] = 1
    assert llama.llama_decode(context, batch) == 0
    size = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model))
    rows = []
    for position in POSITIONS:
        row = ctypes.cast(llama.llama_get_logits_ith(context, position), ctypes.POINTER(ctypes.c_float * size))
        rows.append([float(f"{x:.6g}") for x in row.contents])
    return rows


folder = pathlib.Path(sys.argv[1])
prompt = json.loads((folder / "prompt.json").read_text())
result = {path.stem: logits(path, prompt) for path in sorted(folder.glob("*.gguf"))}
print("{")
print(",\n".join(f'"{name}": {json.dumps(rows)}' for name, rows in result.items()))
print("}")
