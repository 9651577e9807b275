"""Services 服务: canteens, after-school care, elderly stations, repair, stewards, shops, referral."""
