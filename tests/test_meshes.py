"""Solids become closed surfaces of the right place and size, height maps come back to the digit, all are marked."""

import json
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.ndimage import label

from augment import ImageSynthesizer, meshes, read_images
from augment.datasets import make_shapes
from augment.models import VAE
from augment.provenance import SOURCES, TOOL
from augment.verification import verify


@pytest.fixture(scope="module")
def trimesh():
    pytest.importorskip("skimage", reason="the extra [mesh] is not installed")
    return pytest.importorskip("trimesh", reason="the extra [mesh] is not installed")


def ball(radius, size=24, hollow=0.0):
    """Occupancy that falls from 1 to 0 over a voxel at the radius."""
    z, y, x = np.indices((size, size, size)) + 0.5 - size / 2
    distance = np.sqrt(x**2 + y**2 + z**2)
    return np.clip(radius + 0.5 - distance, 0, 1) * (distance >= hollow)


@pytest.mark.parametrize("sides", [(1, 1, 1), (2, 3, 4), (5, 1, 3)])
def test_a_cuboid_without_blur_has_its_place_and_volume(trimesh, sides):
    volume = np.zeros((9, 8, 7), "uint8")
    depth, height, width = sides
    volume[1 : 1 + depth, 0:height, 2 : 2 + width] = 1
    mesh = meshes.to_mesh(volume, blur=0, spacing=0.5)
    # The surface passes midway between full and empty and cuts edges and corners off.
    edges, corners = 0.125 * 4 * (sum(sides) - 3), 8 * (1 / 8 - 1 / 48)
    assert mesh.is_watertight
    assert mesh.bounds == pytest.approx(0.5 * np.array([[2, 0, 1], [2 + width, height, 1 + depth]]), abs=0.01)
    assert mesh.volume == pytest.approx(0.125 * (depth * height * width - edges - corners), rel=0.01)


def test_a_ball(trimesh):
    mesh = meshes.to_mesh(ball(8))
    assert mesh.volume == pytest.approx(4 / 3 * np.pi * 8**3, rel=0.02)
    assert mesh.area == pytest.approx(4 * np.pi * 8**2, rel=0.02)
    assert np.allclose(mesh.center_mass, 12, atol=0.01)


grids = arrays.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=6).flatmap(
    lambda shape: st.one_of(
        arrays.arrays("bool", shape),
        arrays.arrays("float32", shape, elements=st.sampled_from([0, 0.25, 0.5, 0.5000001, 1])),
        arrays.arrays("uint8", shape),
    )
)


@settings(max_examples=60)
@given(grids, st.sampled_from([0, 0.5, 0.7]))
def test_any_grid_is_watertight_and_faces_outwards_or_is_empty(trimesh, voxels, blur):
    try:
        mesh = meshes.to_mesh(voxels, blur=blur)
    except ValueError as error:
        assert "no surface" in str(error)
        return
    assert mesh.is_watertight
    assert mesh.is_winding_consistent
    assert mesh.volume > 0
    assert mesh.body_count == 1


@pytest.mark.parametrize("kind", ["binary", "quarters", "checkers"])
@pytest.mark.parametrize("blur", [0, 0.5])
def test_corners_that_may_be_joined_or_not_leave_no_edge_of_four_faces(trimesh, kind, blur):
    for seed in range(25):
        rng = np.random.default_rng(seed)
        voxels = {
            "binary": (rng.random((8, 8, 8)) < rng.uniform(0.05, 0.6)).astype("uint8"),
            "quarters": rng.integers(0, 5, (8, 8, 8)) / 4,
            "checkers": (np.indices((8, 8, 8)).sum(axis=0) + seed) % 2 * (rng.random((8, 8, 8)) > 0.05),
        }[kind]
        assert meshes.to_mesh(voxels, blur=blur, largest=False).is_watertight


@pytest.mark.parametrize(("level", "blur"), [(0.1, 3), (0.02, 1), (0.9, 0.5)])
def test_a_grid_that_is_full_has_a_closed_surface(trimesh, level, blur):
    assert meshes.to_mesh(np.ones((9, 9, 9)), level=level, blur=blur).is_watertight


def test_specks_are_dropped_and_hollows_filled(trimesh):
    volume = ball(7, hollow=4)
    volume[1, 1, 1] = volume[22, 22, 22] = volume[22, 21, 22] = 1
    assert meshes.to_mesh(volume, blur=0, largest=False).body_count == 4  # outside, hollow, two specks
    assert meshes.to_mesh(volume).volume == pytest.approx(meshes.to_mesh(ball(7)).volume)


@pytest.mark.parametrize(("blur", "stays"), [(0.55, True), (0.57, False)])
def test_legs_of_one_voxel_stay_up_to_the_blur_that_is_documented(trimesh, blur, stays):
    leg = np.zeros((5, 9, 5), "uint8")
    leg[2, :, 2] = 1
    if stays:
        assert meshes.to_mesh(leg, blur=blur).extents[1] > 6
    else:
        with pytest.raises(ValueError, match="no surface"):
            meshes.to_mesh(leg, blur=blur)


def test_whole_numbers_are_shares_of_the_greatest(trimesh):
    occupancy = ball(5, 16)
    eight, sixteen = (occupancy * 255).round().astype("uint8"), (occupancy * 65535).round().astype("uint16")
    volumes = [meshes.to_mesh(voxels).volume for voxels in (occupancy, eight, sixteen, occupancy[..., None])]
    assert volumes == pytest.approx([volumes[0]] * 4, rel=1e-3)


@pytest.mark.parametrize("size", [16, 24])
def test_shapes_become_folders_of_marked_closed_meshes(trimesh, tmp_path, size):
    X, y = make_shapes(12, size=size, random_state=0)
    names = meshes.write_meshes(X, tmp_path / "shapes", y, source="procedural", seed=4)
    assert [name.split("/")[0] for name in names] == y.tolist()
    for name, solid in zip(names, X, strict=True):
        mesh = trimesh.load(tmp_path / "shapes" / name, force="mesh")
        assert mesh.is_watertight
        assert mesh.body_count == 1
        assert mesh.volume == pytest.approx(solid.sum(), rel=0.15)
    result = verify(tmp_path / "shapes")
    assert result["ok"]
    assert len(result["files"]) == 12
    assert {file["digital_source_type"] for file in result["files"]} == {SOURCES["procedural"]}


def test_generated_solids_are_written_as_one_closed_part_each(trimesh, tmp_path, one_step):
    X, y = make_shapes(20, random_state=0)
    synthesizer = ImageSynthesizer(VAE(width=4), spatial_dims=3, epochs=1, verbose=0, random_state=0).fit(X, y)
    solids, labels = synthesizer.generate(6)
    assert min(label(solid)[1] for solid in solids) > 1  # one step of training leaves specks to drop
    for name in meshes.write_meshes(solids, tmp_path / "solids", labels):
        mesh = trimesh.load(tmp_path / "solids" / name, force="mesh")
        assert mesh.is_watertight and mesh.body_count == 1 and mesh.volume > 0


def test_all_shapes_stay_in_one_part(trimesh):
    X, _ = make_shapes(100, random_state=1)
    assert all(meshes.to_mesh(voxels, largest=False).body_count == 1 for voxels in X)


def test_a_glb_file_says_how_it_was_made(trimesh, tmp_path):
    mesh = meshes.to_mesh(ball(4, 12))
    meshes.write_mesh(mesh, tmp_path / "a.glb", source="varied", seed=9)
    content = (tmp_path / "a.glb").read_bytes()
    tree = json.loads(content[20 : 20 + int.from_bytes(content[12:16], "little")])
    assert tree["asset"]["version"] == "2.0"
    assert tree["asset"]["generator"] == TOOL
    assert (tree["asset"]["extras"]["digitalSourceType"], tree["asset"]["extras"]["seed"]) == (SOURCES["varied"], 9)
    read = trimesh.load(tmp_path / "a.glb", force="mesh")
    assert read.volume == pytest.approx(mesh.volume, rel=1e-5)
    assert verify(tmp_path / "a.glb")["ok"]
    meshes.write_mesh(mesh, tmp_path / "real.glb", source=None)
    assert not verify(tmp_path / "real.glb")["ok"]


def test_an_obj_file_says_it_too(trimesh, tmp_path):
    mesh = meshes.to_mesh(ball(4, 12))
    meshes.write_mesh(mesh, tmp_path / "a.obj")
    assert trimesh.load(tmp_path / "a.obj", force="mesh").volume == pytest.approx(mesh.volume, rel=1e-5)
    assert verify(tmp_path / "a.obj")["files"][0]["digital_source_type"] == SOURCES["generated"]
    meshes.write_mesh(mesh, tmp_path / "real.obj", source=None)
    assert not verify(tmp_path / "real.obj")["ok"]
    with pytest.raises(ValueError, match="must end in .glb or .obj"):
        meshes.write_mesh(mesh, tmp_path / "a.stl")


def test_terrain_has_a_vertex_for_each_height_and_faces_upwards(trimesh, tmp_path):
    heights = np.random.default_rng(0).random((5, 7))
    mesh = meshes.terrain(heights, spacing=2.0, scale=10.0)
    assert np.allclose(mesh.vertices[:, 1].reshape(5, 7), 10 * heights)
    assert mesh.bounds[:, [0, 2]].tolist() == [[0, 0], [12, 8]]
    assert len(mesh.faces) == 2 * 4 * 6
    assert (mesh.face_normals[:, 1] > 0).all()
    flat = meshes.terrain(np.zeros((5, 7)), spacing=2.0)
    assert flat.area == pytest.approx(12 * 8)
    meshes.write_mesh(mesh, tmp_path / "terrain.glb")
    assert len(trimesh.load(tmp_path / "terrain.glb", force="mesh").faces) == 48


def test_volumes_of_a_folder_share_what_counts_as_full(trimesh, tmp_path):
    X = np.stack([ball(4, 12) * 255, np.ones((12, 12, 12))]).round().astype("uint8")  # the second is all but empty
    with pytest.raises(ValueError, match="Volume 1: No voxel"):
        meshes.write_meshes(X, tmp_path / "shapes")


def test_an_empty_volume_is_named_and_leaves_no_folder(trimesh, tmp_path):
    X, y = make_shapes(3, random_state=0)
    X[1] = 0
    with pytest.raises(ValueError, match="Volume 1: No voxel is fuller than level=0.5"):
        meshes.write_meshes(X, tmp_path / "shapes", y)
    with pytest.raises(ValueError, match=r"X must be volumes .* of shape \(16, 16, 16\)"):
        meshes.write_meshes(X[0], tmp_path / "shapes")
    with pytest.raises(ValueError, match="kind must be 'glb' or 'obj'"):
        meshes.write_meshes(X, tmp_path / "shapes", kind="stl")
    assert not list(tmp_path.iterdir())


def test_volumes_without_a_surface_are_left_out_and_named_where_that_is_asked_for(trimesh, tmp_path):
    X, y = make_shapes(5, random_state=0)
    X[1] = 0
    X[3] = 0
    X[3, 4, 4, 4] = 1  # a voxel that vanishes in the blur
    parents = [[f"real {i}"] for i in range(5)]
    options = {"source": "varied", "parents": parents}
    with pytest.raises(ValueError, match=r"Volume 1: .* Leave such volumes out with on_error='skip'"):
        meshes.write_meshes(X, tmp_path / "shapes", y, **options)
    with pytest.warns(UserWarning, match="2 of 5 volumes have no surface and were left out: 1, 3"):
        names = meshes.write_meshes(X, tmp_path / "shapes", y, on_error="skip", **options)
    assert [name is None for name in names] == [False, True, False, True, False]
    for i in (0, 2, 4):
        assert names[i] == f"{y[i]}/{i}.glb"
        assert trimesh.load(tmp_path / "shapes" / names[i], force="mesh").volume == pytest.approx(X[i].sum(), rel=0.15)
    listed = json.loads((tmp_path / "shapes" / "synthetic.json").read_text())["files"]
    assert {name: entry["parents"] for name, entry in listed.items()} == {names[i]: parents[i] for i in (0, 2, 4)}
    assert verify(tmp_path / "shapes")["ok"]


def test_what_is_wrong_with_all_volumes_is_never_left_out(trimesh, tmp_path):
    X, _ = make_shapes(2, random_state=0)
    with pytest.raises(ValueError, match="None of the 2 volumes has a surface"):
        meshes.write_meshes(0 * X, tmp_path / "shapes", on_error="skip")
    with pytest.raises(ValueError, match="Volume 0: level must be between"):
        meshes.write_meshes(X, tmp_path / "shapes", level=2, on_error="skip")
    with pytest.raises(ValueError, match="on_error must be 'raise' or 'skip'"):
        meshes.write_meshes(X, tmp_path / "shapes", on_error="ignore")
    assert not list(tmp_path.iterdir())


def test_a_volume_that_vanishes_in_the_blur_says_so(trimesh):
    speck = np.zeros((5, 5, 5), "uint8")
    speck[2, 2, 2] = 1
    with pytest.raises(ValueError, match=r"after the blur \(1 before it: a smaller blur keeps more\)"):
        meshes.to_mesh(speck)
    assert meshes.to_mesh(speck, blur=0).is_watertight


@pytest.mark.parametrize(
    ("voxels", "words"),
    [
        (np.zeros((4, 4)), r"voxels \(depth, height, width\), as numbers; got float64 of shape \(4, 4\)"),
        (np.full((4, 4, 4), np.nan), "NaN or infinite"),
        (np.full((4, 4, 4), "x"), "as numbers"),
        (np.zeros((4, 4, 4)), "No voxel is fuller than level=0.5 after the blur"),
        (np.full((4, 4, 4), 255), "int64 go up to 255, and what is full is not clear"),
    ],
)
def test_what_is_no_volume_is_told(trimesh, voxels, words):
    with pytest.raises(ValueError, match=words):
        meshes.to_mesh(voxels)
    with pytest.raises(ValueError, match="level must be between"):
        meshes.to_mesh(ball(3, 8), level=1)
    with pytest.raises(ValueError, match="blur must be 0 or more"):
        meshes.to_mesh(ball(3, 8), blur=-1)


def test_without_the_extra_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "trimesh", None)
    with pytest.raises(ImportError, match=r'package trimesh: pip install "augment-toolkit\[mesh\]"'):
        meshes.to_mesh(ball(3, 8))


@settings(max_examples=30)
@given(arrays.arrays("uint16", st.tuples(st.integers(2, 9), st.integers(2, 9))))
def test_heights_of_16_bits_come_back_to_the_digit(tmp_path_factory, heights):
    folder = tmp_path_factory.mktemp("heights")
    assert meshes.write_height_map(heights, folder / "a.png") == (0, 65535)
    X, _, _ = read_images(folder)
    assert X.dtype == "uint16"
    assert np.array_equal(X[0], heights)
    assert verify(folder / "a.png")["ok"]


@pytest.mark.parametrize("heights", [np.random.default_rng(0).normal(100, 30, (8, 6, 1)), np.full((3, 3), 7)])
def test_other_heights_come_back_as_near_as_the_steps_allow(tmp_path, heights):
    low, high = meshes.write_height_map(heights, tmp_path / "a.png", source="procedural")
    X, _, _ = read_images(tmp_path)
    back = low + X[0] / 65535 * (high - low)
    assert abs(back - heights.reshape(back.shape)).max() <= (high - low) / 65535 / 2 + 1e-9


@pytest.mark.parametrize(
    ("heights", "name", "words"),
    [
        (np.zeros((3, 3, 2)), "a.png", r"heights \(height, width\), at least 2 x 2"),
        (np.zeros((1, 3)), "a.png", "at least 2 x 2"),
        (np.array([[0, np.inf], [0, 0]]), "a.png", "NaN or infinite"),
        (np.zeros((3, 3)), "a.jpg", "must end in .png"),
    ],
)
def test_what_is_no_height_map_is_told(tmp_path, heights, name, words):
    with pytest.raises(ValueError, match=words):
        meshes.write_height_map(heights, tmp_path / name)
    assert not list(tmp_path.iterdir())
