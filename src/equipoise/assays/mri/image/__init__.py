"""The files of a scan: headers, voxels, vertices, regions, spaces."""
