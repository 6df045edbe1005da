//go:build race

package evaluate_test

func init() { raceDetector = true }
