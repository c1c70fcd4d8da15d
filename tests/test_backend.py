"""What TensorFlow's C++ prints on its own is kept from students, also where something else imported it."""

import os
import subprocess
import sys

PROVOKED = """
import dlsheet
import tensorflow as tf

with tf.Graph().as_default() as graph:
    tf.constant(1)
definition = graph.as_graph_def()
definition.node[0].attr["nosuch"].b = True
with tf.Graph().as_default():
    tf.import_graph_def(definition)
"""


def stderr_of(code, **environment):
    inherited = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run([sys.executable, "-c", code], env=inherited | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_a_line_of_tensorflow_s_log_is_shown_to_who_asks_for_it_only():
    assert "attribute nosuch" in stderr_of(PROVOKED, TF_CPP_MIN_LOG_LEVEL="0")
    assert "nosuch" not in stderr_of(PROVOKED)


def test_images_have_their_channels_last_whatever_the_user_s_settings_say(tmp_path):
    (tmp_path / "keras.json").write_text('{"image_data_format": "channels_first"}', encoding="utf-8")
    code = "from dlsheet.backend import keras; assert keras.config.image_data_format() == 'channels_last'"
    stderr_of(code, KERAS_HOME=str(tmp_path))
    code = "from dlsheet.course.doctor import backend; assert 'asks for channels_first' in backend()[1][1]"
    stderr_of(code, KERAS_HOME=str(tmp_path))
