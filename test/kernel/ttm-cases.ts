/** Every case of Linux's suites of TTM (drivers/gpu/drm/ttm/tests), by suite: each is a test here, or a named exception. */

export const ttmSuites: { readonly [suite: string]: readonly string[] } = {
  ttm_bo: [
    ...['reserve_optimistic_no_ticket', 'reserve_locked_no_sleep', 'reserve_no_wait_ticket', 'reserve_double_resv'],
    ...['reserve_interrupted', 'reserve_deadlock', 'unreserve_basic', 'unreserve_pinned', 'unreserve_bulk'],
    ...['put_basic', 'put_shared_resv', 'pin_basic', 'pin_unpin_resource', 'multiple_pin_one_unpin'],
  ],
  ttm_bo_validate: [
    ...['init_reserved_sys_man', 'init_reserved_mock_man', 'init_reserved_resv', 'validate_basic', 'invalid_placement'],
    ...['failed_alloc', 'pinned', 'same_placement', 'busy_placement', 'multihop', 'no_placement_signaled'],
    ...['no_placement_not_signaled', 'move_fence_signaled', 'move_fence_not_signaled', 'happy_evict'],
    ...['all_pinned_evict', 'allowed_only_evict', 'deleted_evict', 'busy_domain_evict', 'evict_gutting'],
    'recursive_evict',
  ],
  ttm_resource: [
    ...['init_basic', 'init_pinned', 'fini_basic', 'manager_init_basic', 'manager_usage_basic'],
    ...['manager_set_used_basic', 'sys_man_alloc_basic', 'sys_man_free_basic'],
  ],
  ttm_tt: [
    ...['init_basic', 'init_misaligned', 'fini_basic', 'fini_sg', 'fini_shmem', 'create_basic'],
    ...['create_invalid_bo_type', 'create_ttm_exists', 'create_failed', 'destroy_basic', 'populate_null_ttm'],
    ...['populate_populated', 'unpopulate_basic', 'unpopulate_empty', 'swapin_basic'],
  ],
  ttm_device: ['init_basic', 'init_multiple', 'fini_basic', 'init_no_vma_man', 'init_pools'],
  ttm_pool: [
    ...['alloc_basic', 'alloc_basic_dma_addr', 'order_caching_match', 'caching_mismatch', 'order_mismatch'],
    ...['free_dma_alloc', 'free_no_dma_alloc', 'fini_basic'],
  ],
};
