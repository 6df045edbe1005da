package transportcert.compliance

# METADATA
# title: Thresholds
# description: >-
#   The thresholds of the rules: the shipped ones, or those of data.transportcert.custom.config if they are valid.
config := defaults if {
	custom_config == {}
} else := object.union(defaults, object.remove(custom_config, object.keys(wrong_config)))

defaults := {name: threshold.default | some name, threshold in thresholds}

# METADATA
# title: Shipped thresholds
# description: The default and the upper limit of each threshold, a whole number of days or bits.
thresholds := {
	"expires_within_days": {"default": 30, "limit": 36500},
	"expires_notice_days": {"default": 60, "limit": 36500},
	"forecast_days": {"default": 400, "limit": 36500},
	"facts_max_age_days": {"default": 7, "limit": 36500},
	"minimum_key_bits": {"default": 2048, "limit": 16384},
}

default custom_config := {}

custom_config := data.transportcert.custom.config if is_object(data.transportcert.custom.config)

# What is wrong with each threshold that is ignored, by name.
wrong_config[name] := concat(" ", ["unknown threshold; expected one of", concat(", ", object.keys(thresholds))]) if {
	some name, _ in custom_config
	not thresholds[name]
}

wrong_config[name] := sprintf("expected a whole number from 0 to %d", [threshold.limit]) if {
	some name, threshold in thresholds
	given := custom_config[name]
	not whole_number(given, threshold.limit)
}

whole_number(value, limit) if {
	is_number(value)
	value == floor(value)
	value >= 0
	value <= limit
}

# METADATA
# title: Configuration problems
# description: What is wrong with data.transportcert.custom.config, in words.
# scope: document
config_problems contains sprintf("data.transportcert.custom.config.%s: %s", [name, problem]) if {
	some name, problem in wrong_config
}

config_problems contains "data.transportcert.custom.config: expected an object" if {
	given := data.transportcert.custom.config
	not is_object(given)
}
