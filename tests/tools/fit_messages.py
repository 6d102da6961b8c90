"""The few FIT messages our test files use: number, and field -> (number, type, scale, offset).

Typed from the FIT profile's public documentation on purpose, so that a reader that takes its
dictionary from elsewhere is checked against a second one.
"""

Field = tuple[int, str, float, float]


def _field(number: int, base: str, scale: float = 1, offset: float = 0) -> Field:
    return number, base, scale, offset


_TIME = {"timestamp": _field(253, "uint32")}
_TOTALS = {
    **_TIME,
    "message_index": _field(254, "uint16"),
    "event": _field(0, "enum"),
    "event_type": _field(1, "enum"),
    "start_time": _field(2, "uint32"),
    "start_position_lat": _field(3, "sint32"),
    "start_position_long": _field(4, "sint32"),
    "total_elapsed_time": _field(7, "uint32", 1000),
    "total_timer_time": _field(8, "uint32", 1000),
    "total_distance": _field(9, "uint32", 100),
    "total_calories": _field(11, "uint16"),
}

MESSAGES: dict[str, tuple[int, dict[str, Field]]] = {
    "file_id": (
        0,
        {
            "type": _field(0, "enum"),
            "manufacturer": _field(1, "uint16"),
            "product": _field(2, "uint16"),
            "serial_number": _field(3, "uint32z"),
            "time_created": _field(4, "uint32"),
            "number": _field(5, "uint16"),
            "product_name": _field(8, "string"),
        },
    ),
    "user_profile": (
        3,
        {
            "friendly_name": _field(0, "string"),
            "gender": _field(1, "enum"),
            "age": _field(2, "uint8"),
            "height": _field(3, "uint8", 100),
            "weight": _field(4, "uint16", 10),
            "resting_heart_rate": _field(8, "uint8"),
            "default_max_running_heart_rate": _field(9, "uint8"),
            "default_max_biking_heart_rate": _field(10, "uint8"),
            "default_max_heart_rate": _field(11, "uint8"),
        },
    ),
    "zones_target": (
        7,
        {
            "max_heart_rate": _field(1, "uint8"),
            "threshold_heart_rate": _field(2, "uint8"),
            "functional_threshold_power": _field(3, "uint16"),
            "hr_calc_type": _field(5, "enum"),
            "pwr_calc_type": _field(7, "enum"),
        },
    ),
    "sport": (
        12,
        {
            "sport": _field(0, "enum"),
            "sub_sport": _field(1, "enum"),
            "name": _field(3, "string"),
        },
    ),
    "session": (
        18,
        {
            **_TOTALS,
            "sport": _field(5, "enum"),
            "sub_sport": _field(6, "enum"),
            "avg_speed": _field(14, "uint16", 1000),
            "max_speed": _field(15, "uint16", 1000),
            "avg_heart_rate": _field(16, "uint8"),
            "max_heart_rate": _field(17, "uint8"),
            "avg_cadence": _field(18, "uint8"),
            "avg_power": _field(20, "uint16"),
            "max_power": _field(21, "uint16"),
            "total_ascent": _field(22, "uint16"),
            "total_descent": _field(23, "uint16"),
            "first_lap_index": _field(25, "uint16"),
            "num_laps": _field(26, "uint16"),
            "trigger": _field(28, "enum"),
            "normalized_power": _field(34, "uint16"),
            "training_stress_score": _field(35, "uint16", 10),
            "pool_length": _field(44, "uint16", 100),
            "threshold_power": _field(45, "uint16"),
            "avg_temperature": _field(57, "sint8"),
            "max_temperature": _field(58, "sint8"),
            "estimated_sweat_loss": _field(178, "uint16"),
            "workout_feel": _field(192, "uint8"),
            "workout_rpe": _field(193, "uint8"),
            "resting_calories": _field(196, "uint16"),
        },
    ),
    "lap": (
        19,
        {
            **_TOTALS,
            "avg_speed": _field(13, "uint16", 1000),
            "avg_heart_rate": _field(15, "uint8"),
            "max_heart_rate": _field(16, "uint8"),
            "avg_power": _field(19, "uint16"),
            "total_ascent": _field(21, "uint16"),
            "total_descent": _field(22, "uint16"),
            "lap_trigger": _field(24, "enum"),
            "sport": _field(25, "enum"),
        },
    ),
    "record": (
        20,
        {
            **_TIME,
            "position_lat": _field(0, "sint32"),
            "position_long": _field(1, "sint32"),
            "altitude": _field(2, "uint16", 5, 500),
            "heart_rate": _field(3, "uint8"),
            "cadence": _field(4, "uint8"),
            "distance": _field(5, "uint32", 100),
            "speed": _field(6, "uint16", 1000),
            "power": _field(7, "uint16"),
            "temperature": _field(13, "sint8"),
            "fractional_cadence": _field(53, "uint8", 128),
            "enhanced_speed": _field(73, "uint32", 1000),
            "enhanced_altitude": _field(78, "uint32", 5, 500),
            "core_temperature": _field(139, "uint16", 100),
        },
    ),
    "length": (
        101,
        {
            **_TIME,
            "start_time": _field(2, "uint32"),
            "total_elapsed_time": _field(3, "uint32", 1000),
            "total_timer_time": _field(4, "uint32", 1000),
            "total_strokes": _field(5, "uint16"),
            "avg_speed": _field(6, "uint16", 1000),
            "swim_stroke": _field(7, "enum"),
            "length_type": _field(12, "enum"),
        },
    ),
    "set": (
        225,
        {
            "duration": _field(0, "uint32", 1000),
            "set_type": _field(5, "uint8"),
            "start_time": _field(6, "uint32"),
        },
    ),
    "event": (
        21,
        {
            **_TIME,
            "event": _field(0, "enum"),
            "event_type": _field(1, "enum"),
            "data": _field(3, "uint32"),
            "event_group": _field(4, "uint8"),
        },
    ),
    "device_info": (
        23,
        {
            **_TIME,
            "device_index": _field(0, "uint8"),
            "device_type": _field(1, "uint8"),
            "manufacturer": _field(2, "uint16"),
            "serial_number": _field(3, "uint32z"),
            "product": _field(4, "uint16"),
            "software_version": _field(5, "uint16", 100),
            "source_type": _field(25, "enum"),
            "product_name": _field(27, "string"),
        },
    ),
    "workout": (
        26,
        {
            "sport": _field(4, "enum"),
            "num_valid_steps": _field(6, "uint16"),
            "wkt_name": _field(8, "string"),
            "sub_sport": _field(11, "enum"),
        },
    ),
    "workout_step": (
        27,
        {
            "message_index": _field(254, "uint16"),
            "wkt_step_name": _field(0, "string"),
            "duration_type": _field(1, "enum"),
            "duration_value": _field(2, "uint32"),
            "target_type": _field(3, "enum"),
            "target_value": _field(4, "uint32"),
            "custom_target_value_low": _field(5, "uint32"),
            "custom_target_value_high": _field(6, "uint32"),
            "intensity": _field(7, "enum"),
        },
    ),
    "activity": (
        34,
        {
            **_TIME,
            "total_timer_time": _field(0, "uint32", 1000),
            "num_sessions": _field(1, "uint16"),
            "type": _field(2, "enum"),
            "event": _field(3, "enum"),
            "event_type": _field(4, "enum"),
            "local_timestamp": _field(5, "uint32"),
        },
    ),
    "file_creator": (49, {"software_version": _field(0, "uint16")}),
    "monitoring": (
        55,
        {
            **_TIME,
            "cycles": _field(3, "uint32", 2),
            "activity_type": _field(5, "enum"),
            "heart_rate": _field(27, "uint8"),
        },
    ),
    "hrv": (78, {"time": _field(0, "uint16", 1000)}),
    "monitoring_info": (103, {**_TIME, "local_timestamp": _field(0, "uint32")}),
    "weather_conditions": (
        128,
        {
            **_TIME,
            "weather_report": _field(0, "enum"),
            "temperature": _field(1, "sint8"),
            "condition": _field(2, "enum"),
            "wind_direction": _field(3, "uint16"),
            "wind_speed": _field(4, "uint16", 1000),
            "temperature_feels_like": _field(6, "sint8"),
            "relative_humidity": _field(7, "uint8"),
            "location": _field(8, "string"),
            "observed_at_time": _field(9, "uint32"),
        },
    ),
    "hr": (
        132,
        {
            **_TIME,
            "fractional_timestamp": _field(0, "uint16", 32768),
            "filtered_bpm": _field(6, "uint8"),
            "event_timestamp": _field(9, "uint32", 1024),
            "event_timestamp_12": _field(10, "byte"),
        },
    ),
    "field_description": (
        206,
        {
            "developer_data_index": _field(0, "uint8"),
            "field_definition_number": _field(1, "uint8"),
            "fit_base_type_id": _field(2, "uint8"),
            "scale": _field(6, "uint8"),
            "offset": _field(7, "sint8"),
            "field_name": _field(3, "string"),
            "units": _field(8, "string"),
            "native_mesg_num": _field(14, "uint16"),
            "native_field_num": _field(15, "uint8"),
        },
    ),
    "developer_data_id": (
        207,
        {
            "application_id": _field(1, "byte"),
            "manufacturer_id": _field(2, "uint16"),
            "developer_data_index": _field(3, "uint8"),
            "application_version": _field(4, "uint32"),
        },
    ),
    "sleep_level": (275, {**_TIME, "sleep_level": _field(0, "enum")}),
}
