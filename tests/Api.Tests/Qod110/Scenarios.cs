namespace QodOrleans.Api.Tests.Qod110;

/// <summary>The scenarios of the release's public test definitions: the tags in <c>code/Test_definitions</c> of camaraproject/QualityOnDemand at
/// r3.2, for the two APIs served here.</summary>
internal static class Scenarios
{
    public static IEnumerable<string> All =>
    [
        .. Of("qos_profiles_getQosProfile_",
            "01_generic_success_scenario", "400.1_name_does_not_match_regex", "400.2_invalid_name_length", "401.1_no_authorization_header",
            "401.2_expired_access_token", "401.3_invalid_access_token", "403.1_missing_access_token_scope", "404.1_not_found"),
        .. Of("qos_profiles_retrieveQoSProfiles_",
            "01_generic_success_scenario", "02_filter_by_name_only", "03_filter_by_status_only", "04_return_restricted_profiles",
            "05_not_return_restricted_profiles", "06_device_qos_profiles_not_found", "C01.01_device_empty",
            "C01.02_device_identifiers_not_schema_compliant", "C01.03_device_not_found", "C01.04_unnecessary_device", "C01.06_unsupported_device",
            "C01.07_device_not_supported", "400.1_schema_not_compliant", "400.2_no_request_body", "401.1_no_authorization_header",
            "401.2_expired_access_token", "401.3_invalid_access_token", "403.1_missing_access_token_scope"),
        .. Of("quality_on_demand_createSession_",
            "01_generic_success_scenario", "02_1_sinkcredential_provided", "02_2_event_received", "03_3_legged_missing_device", "C01.01_device_empty",
            "C01.02_device_identifiers_not_schema_compliant", "C01.03_device_not_found", "C01.04_unnecessary_device", "C01.05_missing_device",
            "C01.06_unsupported_device", "C01.07_device_not_supported", "400.1_schema_not_compliant", "400.2_no_request_body",
            "400.3_empty_request_body", "400.4_empty_property", "400.5_out_of_range_port", "400.6_invalid_sink_credential",
            "400.7_sink_credential_invalid_token", "400.8_non_existent_qos_profile", "400.9_invalid_duration", "401.1_no_authorization_header",
            "401.2_expired_access_token", "401.3_invalid_access_token", "403.1_missing_access_token_scope", "409.1_session_conflict",
            "422.1_session_qos_profile_not_applicable"),
        .. Of("quality_on_demand_deleteSession_",
            "01_delete_existing_qod_session", "02_event_notification", "400.1_invalid_session_id", "401.1_no_authorization_header",
            "401.2_expired_access_token", "401.3_invalid_access_token", "403.1_missing_access_token_scope", "403.2_session_token_mismatch",
            "404.1_not_found"),
        .. Of("quality_on_demand_extendQosSessionDuration_",
            "01_generic_success_scenario", "02_exceed_max_duration", "400.1_schema_not_compliant", "400.2_invalid_session_id",
            "400.3_no_request_body", "400.4_empty_request_body", "401.1_no_authorization_header", "401.2_expired_access_token",
            "401.3_invalid_access_token", "403.1_missing_access_token_scope", "403.2_session_token_mismatch", "404.1_not_found",
            "409.1_session_not_available"),
        .. Of("quality_on_demand_getSession_",
            "01_get_existing_session", "02_get_recent_unavailable", "400.1_invalid_session_id", "401.1_no_authorization_header",
            "401.2_expired_access_token", "401.3_invalid_access_token", "403.1_missing_access_token_scope", "403.2_session_token_mismatch",
            "404.1_not_found"),
        .. Of("quality_on_demand_retrieveSessionsByDevice_",
            "01_get_existing_session_by_device", "02_sessions_not_found", "C01.01_device_empty", "C01.02_device_identifiers_not_schema_compliant",
            "C01.03_device_not_found", "C01.04_unnecessary_device", "C01.05_missing_device", "C01.06_unsupported_device",
            "C01.07_device_not_supported", "400.1_schema_not_compliant", "400.2_no_request_body", "401.1_no_authorization_header",
            "401.2_expired_access_token", "401.3_invalid_access_token", "403.1_missing_access_token_scope"),
    ];

    private static IEnumerable<string> Of(string prefix, params string[] names) => names.Select(name => prefix + name);
}
