"""What scripts/convert-weights makes of other frameworks' files gives their outputs, and what does not fit is named.

usage: convert_weights_test.py SOURCE_FOLDER MAMMO
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(sys.argv[1])
MAMMO = sys.argv[2]
RIVALS = os.environ.get("MAMMO_RIVALS", str(ROOT / ".rivals"))

try:
    import onnx
    import torch
    from safetensors.torch import load_file, save_file
    from torchvision.models import resnet18
except ImportError as missing:
    python = RIVALS + "/bin/python"
    if os.path.exists(python) and os.path.realpath(sys.prefix) != os.path.realpath(RIVALS):
        os.execv(python, [python, *sys.argv])
    print(f"SKIPPED: {missing}; scripts/rivals installs what is needed")
    sys.exit(4)

CONFIG = {"architecture": "resnet", "network": {"depth": 18, "num_classes": 7}}


def convert(file, network, out, *options):
    command = [sys.executable, ROOT / "scripts" / "convert-weights", file, network, "--out", out, "--mammo", MAMMO]
    return subprocess.run([*command, *options], capture_output=True, text=True)


def net_of(seed, channels=3):
    torch.manual_seed(seed)
    net = resnet18(num_classes=7)
    net.conv1 = torch.nn.Conv2d(channels, 64, 7, 2, 3, bias=False)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean, -0.1, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 2)
    return net.eval()


def check_outputs(net, folder):
    """mammo, with the weights of the folder, gives what the net gives."""
    example = folder / "example.safetensors"
    subprocess.run([MAMMO, "models", "export", folder, "--out", folder / "net.onnx", "--example", example, "--size", "64",
                    "96"], check=True, stdout=subprocess.DEVNULL)
    tensors = load_file(example)
    with torch.inference_mode():
        expected = net(tensors["input.image"])
    error = (tensors["output.logits"] - expected).abs().max() / expected.abs().max()
    assert error < 1e-4, f"outputs differ by {error}"


def check_converted(net, file, folder, *options, config=CONFIG):
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    done = convert(file, folder, folder / "weights.safetensors", *options)
    assert done.returncode == 0, done.stderr
    check_outputs(net, folder)


def check_refused(file, network, said, *options):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "weights.safetensors"
        done = convert(file, network, out, *options)
        assert done.returncode == 2, f"{done.returncode}: {done.stdout}{done.stderr}"
        for text in said:
            assert text in done.stderr, f"{text!r} is not in {done.stderr}"
        assert not list(out.parent.iterdir()), "something was written"


def main():
    net = net_of(1)
    state = net.state_dict()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        checkpoint = scratch / "checkpoint.pth"
        torch.save({"epoch": 3, "state_dict": {f"module.{k}": v for k, v in state.items()}}, checkpoint)
        check_converted(net, checkpoint, scratch / "from_checkpoint")

        renamed = scratch / "renamed.safetensors"
        save_file({k.replace("layer", "stage").replace("fc.", "head."): v for k, v in state.items()}, renamed)
        check_converted(net, renamed, scratch / "from_renamed", "--rename", "^stage=layer", "--rename", "^head=fc")

        initializers = [onnx.numpy_helper.from_array(v.numpy(), k) for k, v in state.items()]
        graph = onnx.helper.make_graph([], "weights", [], [], initializers)
        onnx.save(onnx.helper.make_model(graph), scratch / "net.onnx")
        check_converted(net, scratch / "net.onnx", scratch / "from_onnx")

        grey = net_of(1, channels=1)
        grey.load_state_dict({**state, "conv1.weight": state["conv1.weight"].sum(1, keepdim=True)})
        config = {**CONFIG, "network": {**CONFIG["network"], "input_channels": 1}}
        check_converted(grey, checkpoint, scratch / "grey", "--one-channel", config=config)

        wrong = dict(state)
        del wrong["layer1.0.bn1.running_var"]
        wrong["extra"] = torch.zeros(2, 3)
        wrong["conv1.weight"] = torch.zeros(64, 1, 7, 7)
        wrong["bn1.bias"] = torch.full((64,), float("nan"))
        wrong["bn1.weight"] = torch.ones(64, dtype=torch.int64)
        save_file(wrong, scratch / "wrong.safetensors")
        check_refused(scratch / "wrong.safetensors", scratch / "from_onnx", [
            "missing: layer1.0.bn1.running_var, expected [64]",
            "unexpected: extra [2, 3]",
            "conv1.weight is [64, 1, 7, 7], expected [64, 3, 7, 7]",
            "bn1.bias holds numbers that are not finite",
            "bn1.weight is torch.int64, expected a floating type",
        ])
        check_refused(checkpoint, "resnet18", ["fc.weight is [7, 512], expected [1000, 512]"])
        check_refused(checkpoint, "resnet51", ['no network is called "resnet51"'])
        check_refused(checkpoint, scratch / "from_onnx", ["is renamed to layer1.0.bn2.weight, which is taken"], "--rename", "bn1=bn2")
        (scratch / "damaged.pth").write_bytes(b"no weights")
        check_refused(scratch / "damaged.pth", "resnet18", ["damaged.pth: cannot be read"])
        check_refused(scratch / "net.bin", "resnet18", ['ends with ".bin", expected one of .pt, .pth'])


if __name__ == "__main__":
    main()
