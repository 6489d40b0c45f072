/**
 * The Admin API, {@code /v1/organizations/…}, in the shapes of Anthropic's where those exist: keys, workspaces, members,
 * limits, budgets, usage and cost reports, the audit log. For keys with the scope {@code admin} of a member who is an
 * administrator; everything is about the caller's own organization. Errors are in Anthropic's shape. The user's page is
 * {@code docs/admin-api.md}.
 */
@NullMarked
package dev.stoa.api.admin;

import org.jspecify.annotations.NullMarked;
