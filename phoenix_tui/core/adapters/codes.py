"""The words by which providers name errors in typed fields, and what each means.

Words are lower case and joined by underscores, as `fault` gives them. gRPC's descriptions are among them: xAI sends
those for codes. Within a table the earlier word wins.
"""

from __future__ import annotations

from phoenix_tui.core.errors import ErrorClass


def _table(*groups: tuple[ErrorClass, str]) -> dict[str, ErrorClass]:
    return {word: kind for kind, words in groups for word in words.split()}


EXACT = _table(
    # A 402 that passes by itself, so before the codes of quota.
    (ErrorClass.RATE_LIMIT, "openrouter_in_flight_budget"),
    (
        ErrorClass.QUOTA,
        """insufficient_quota credit_balance_exhausted organization_spend_limit_exceeded insufficient_credits
        project_spend_limit_exceeded organization_usage_limit_exceeded billing_error billing_hard_limit_reached
        billing_not_active enforced_spend_limit_reached contract_spend_limit_reached payment_required
        openrouter_credits openrouter_key_limit insufficient_balance""",
    ),
    (
        ErrorClass.AUTH,
        """invalid_api_key incorrect_api_key api_key_invalid api_key_expired authentication_error authentication
        unauthenticated unauthorized invalid_authentication authenticationerror
        the_request_does_not_have_valid_authentication_credentials""",
    ),
    (
        ErrorClass.PERMISSION,
        """unsupported_country_region_territory data_residency_mismatch organization_on_hold ip_not_authorized
        api_key_service_blocked api_key_http_referrer_blocked api_key_ip_address_blocked service_disabled
        model_access_denied""",
    ),
    (
        ErrorClass.CONTEXT_LENGTH,
        """context_length_exceeded token_limit_exceeded string_too_long string_above_max_length
        exceed_context_size_error model_context_window_exceeded""",
    ),
    (
        ErrorClass.CONTENT_FILTER,
        """content_policy_violation content_filter content_filtered invalid_prompt bio_policy cyber_policy refusal
        misalignment_policy_violation moderation moderation_blocked responsibleaipolicyviolation""",
    ),
    (ErrorClass.MODEL_NOT_FOUND, "model_not_found model_not_available model_deprecated"),
    (
        ErrorClass.BAD_REQUEST,
        """unsupported_parameter unsupported_value unknown_parameter missing_required_parameter invalid_value
        invalid_type max_tokens_exceeded""",
    ),
)
"""Say exactly what is wrong."""

BUSY = _table(
    (
        ErrorClass.RATE_LIMIT,
        "rate_limit_exceeded rate_limit_error rate_limited slow_down ramp_limit_exceeded too_many_requests",
    ),
    (
        ErrorClass.OVERLOADED,
        """overloaded_error overloaded server_is_overloaded service_unavailable_error provider_overloaded
        provider_unavailable engine_overloaded service_unavailable""",
    ),
)
"""Say that waiting helps, which a message may still contradict: a rate limit that is a spent credit."""

GENERAL = _table(
    (
        ErrorClass.PERMISSION,
        """permission_denied permission_error forbidden failed_precondition
        the_caller_does_not_have_permission_to_execute_the_specified_operation
        the_system_is_not_in_a_state_required_for_the_operation_s_execution""",
    ),
    (ErrorClass.RATE_LIMIT, "resource_exhausted some_resource_has_been_exhausted"),
    (ErrorClass.MODEL_NOT_FOUND, "not_found not_found_error notfounderror some_requested_entity_was_not_found"),
    (ErrorClass.OVERLOADED, "unavailable the_service_is_currently_unavailable"),
)
"""Cover several causes, but say more than a status."""

LEAST = _table(
    (
        ErrorClass.SERVER,
        """server_error api_error internal internal_error internal_server_error internalservererror server timeout
        timeout_error deadline_exceeded deadline_expired_before_operation_could_complete conflict_error aborted
        cancelled the_operation_was_aborted the_operation_was_cancelled unknown_error vector_store_timeout""",
    ),
    (
        ErrorClass.BAD_REQUEST,
        """invalid_request_error invalid_request invalid_argument invalid_argument_error badrequesterror out_of_range
        client_specified_an_invalid_argument bad_request unprocessable payload_too_large request_too_large
        precondition_failed unimplemented""",
    ),
)
"""Say less than a status: they count where there is none."""
