// Holds the precompiled headers of the test programs (tests/CMakeLists.txt); without them it is a
// program without tests.
